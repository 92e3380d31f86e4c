// The company: an organisation that contacts work for.
#pragma once

#include "crm-server/crm/entity.h"

namespace crm {

Entity company();

}  // namespace crm
