// One migrated database for each test, and coroutines run to their end.
#pragma once

#include "common/task.h"
#include "crm-server/product.h"
#include "crm-server/record/repository.h"
#include "crm-server/store/database.h"
#include "tests/crm-server/postgres.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

template <class T>
common::Task<void> keep_result(common::Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
}

class DatabaseTest : public testing::Test {
  protected:
    DatabaseTest();

    void start(common::Task<void> task);

    /// Runs the loop until the condition holds; fails the test and returns after half a minute.
    void run_until(const std::function<bool()>& condition);

    template <class T>
    T run(common::Task<T> task) {
        std::optional<T> result;
        start(keep_result(std::move(task), result));
        run_until([&] { return result.has_value(); });
        return std::move(*result);
    }

    /// All at once; results in the order of the tasks.
    template <class T>
    std::vector<T> run_all(std::vector<common::Task<T>> tasks) {
        std::vector<std::optional<T>> results(tasks.size());
        for (std::size_t i = 0; i < tasks.size(); ++i) start(keep_result(std::move(tasks[i]), results[i]));
        std::vector<T> values;
        for (auto& result : results) {
            run_until([&] { return result.has_value(); });
            values.push_back(std::move(*result));
        }
        return values;
    }

    /// The text of a statement's first value, "" when it gives none. Fails the test when the statement does.
    std::string value_of(const std::string& sql, store::Parameters parameters = {});

    const record::Entity& entity(const std::string& plural) const;

    /// A valid new record of the entity, from JSON.
    record::Changes changes(const record::Entity& entity, const std::string& json) const;

    store::ConnectionSettings connection_;
    boost::asio::io_context loop_{1};
    std::vector<record::Entity> entities_ = product::entities();
    std::optional<store::Database> database_;
    int statements_ = 0;
};
