// The contact: a person the business deals with.
#pragma once

#include "crm-server/record/entity.h"

namespace customers {

record::Entity contact();

}  // namespace customers
