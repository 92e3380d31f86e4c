// The contact: a person the business deals with.
#pragma once

#include "crm-server/crm/entity.h"

namespace crm {

Entity contact();

}  // namespace crm
