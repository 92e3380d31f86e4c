// One at a time for each key, in the order of asking: changes of one record do not take each other's
// connections to the database only to wait there for its lock.
#pragma once

#include "common/task.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace store {

/// Belongs to one io_context's thread.
class Turns {
  public:
    class Queues;

    /// Held while it lives, which may be longer than the Turns.
    class Turn {
      public:
        Turn(std::shared_ptr<Queues> queues, std::string key)
            : queues_(std::move(queues)), key_(std::move(key)) {}
        Turn(Turn&&) = default;
        Turn& operator=(Turn&&) = delete;
        ~Turn();

      private:
        std::shared_ptr<Queues> queues_;  // null when moved from
        std::string key_;
    };

    Turns();

    /// Empty when the turn did not come within the patience.
    common::Task<std::optional<Turn>> take(std::string key, std::chrono::milliseconds patience);

    /// Keys that somebody has.
    std::size_t size() const;

  private:
    std::shared_ptr<Queues> queues_;
};

}  // namespace store
