// The company: an organisation that contacts work for.
#pragma once

#include "crm-server/record/entity.h"

namespace customers {

record::Entity company();

}  // namespace customers
