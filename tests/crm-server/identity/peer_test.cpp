#include "crm-server/identity/peer.h"

#include <gtest/gtest.h>

namespace identity {
namespace {

struct Case {
    const char* address;
    const char* peer;
};

TEST(Peer, IsAnAddressOfIPv4OrA64OfIPv6) {
    for (const Case& c : {Case{"192.0.2.1", "192.0.2.1"},
                          {"::ffff:192.0.2.1", "192.0.2.1"},
                          {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
                          {"2001:DB8:1:2::", "2001:db8:1:2::/64"},
                          {"2001:db8:1:3::", "2001:db8:1:3::/64"},
                          {"fe80::1%1", "fe80::/64"},
                          {"::1", "::/64"},
                          {"", ""},
                          {"no address", "no address"}})
        EXPECT_EQ(peer_of(c.address), c.peer) << c.address;
}

}  // namespace
}  // namespace identity
