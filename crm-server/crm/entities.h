// Every entity of the product: a new one is one row in entities.cpp.
#pragma once

#include "crm-server/crm/entity.h"

#include <vector>

namespace crm {

std::vector<Entity> entities();

}  // namespace crm
