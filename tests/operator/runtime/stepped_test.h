// What parts of the runtime work against when a test steps them in one thread: a cluster in memory, an
// invented clock and metrics that nobody scrapes.
#pragma once

#include "operator/runtime/metrics.h"
#include "tests/operator/runtime/objects.h"
#include "tests/support/fake_cluster.h"

#include <gtest/gtest.h>

namespace runtime::test {

using kube::ObjectKey;
using support::Call;
using support::FakeCluster;
using support::Moment;
using support::Verb;

class SteppedTest : public testing::Test {
  protected:
    ManualTime time;
    FakeCluster cluster{FakeCluster::Options{.watches_wait = false}};
    prometheus::Registry registry;
    Metrics metrics{registry, "widget", 4};
};

}  // namespace runtime::test
