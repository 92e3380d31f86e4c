// What the memory of ten thousand objects costs: the promise that a fleet fits into one small process.
#include "operator/runtime/store.h"
#include "tests/operator/runtime/objects.h"

#include <algorithm>
#include <cstdio>
#include <malloc.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runtime {
namespace {

constexpr int kObjects = 10'000;
constexpr int kPage = 100;

std::size_t bytes_in_use() {
    return mallinfo2().uordblks;
}

/// An object of an instance as it comes from a list: 45 bytes of names, a UUID and 200 bytes to remember.
kube::json object(int i, std::uint64_t version) {
    const std::string digits = std::to_string(100'000 + i);
    kube::json result = test::at_version(test::widget("tenant-" + digits + "-server", "tenant-" + digits),
                                         version, "6f1c6f0e-5a3b-4c1e-9d0a-000000" + digits);
    result["spec"]["text"] = std::string(180, static_cast<char>('a' + i % 26));
    return result;
}

/// Lists all and returns the most memory in use between two pages.
std::size_t list(Store& store, std::uint64_t version) {
    std::size_t peak = 0;
    store.begin_list();
    for (int first = 0; first < kObjects; first += kPage) {
        {
            std::vector<kube::json> page;
            for (int i = first; i < first + kPage; ++i) {
                page.push_back(object(i, version));
            }
            store.add_page(page);
        }
        peak = std::max(peak, bytes_in_use());
    }
    store.end_list(version);
    return peak;
}

TEST(StoreMemory, CostsAtMostFourMegabytesForTenThousandObjectsAndNoSecondCopyForARelist) {
    const std::size_t before = bytes_in_use();
    Store store(test::project, [](const kube::ObjectKey&, const Change&) {});
    list(store, 1000);
    const std::size_t steady = bytes_in_use() - before;
    const std::size_t peak = list(store, 2000) - before;
    std::printf("%zu bytes an object; peak of a relist %.2f of steady\n", steady / kObjects,
                static_cast<double>(peak) / static_cast<double>(steady));
    ASSERT_EQ(store.size(), static_cast<std::size_t>(kObjects));
    EXPECT_LE(steady, 4'000'000U);
    EXPECT_LE(peak, steady * 115 / 100);
}

}  // namespace
}  // namespace runtime
