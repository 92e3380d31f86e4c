#include "crm-server/crm/entities.h"

#include "crm-server/crm/company.h"
#include "crm-server/crm/contact.h"

namespace crm {

std::vector<Entity> entities() {
    return {
        contact(),
        company(),
    };
}

}  // namespace crm
