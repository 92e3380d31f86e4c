// How much memory may be taken together by what many hold: counted, not measured. Pure.
#pragma once

#include <cstddef>

namespace common::http {

/// One thread; outlives its reservations and its parts.
class MemoryBudget {
  public:
    /// What is taken from a part is taken from the whole, too.
    explicit MemoryBudget(std::size_t limit, MemoryBudget* whole = nullptr) : limit_(limit), whole_(whole) {}
    MemoryBudget(const MemoryBudget&) = delete;
    MemoryBudget& operator=(const MemoryBudget&) = delete;
    ~MemoryBudget() = default;

    std::size_t reserved() const { return reserved_; }

  private:
    friend class MemoryReservation;

    bool take(std::size_t bytes) {
        if (bytes > limit_ - reserved_) return false;
        if (whole_ != nullptr && !whole_->take(bytes)) return false;
        reserved_ += bytes;
        return true;
    }
    void give_back(std::size_t bytes) {
        reserved_ -= bytes;
        if (whole_ != nullptr) whole_->give_back(bytes);
    }

    std::size_t limit_;
    MemoryBudget* whole_;
    std::size_t reserved_ = 0;
};

/// What one holder has of a budget, until it is destroyed.
class MemoryReservation {
  public:
    MemoryReservation() = default;
    ~MemoryReservation() {
        if (budget_ != nullptr) budget_->give_back(bytes_);
    }
    MemoryReservation(const MemoryReservation&) = delete;
    MemoryReservation& operator=(const MemoryReservation&) = delete;

    /// To be called once, before anything is reserved.
    void draw_on(MemoryBudget& budget) { budget_ = &budget; }

    /// False, and nothing has changed, when the budget has no more.
    bool grow_to(std::size_t bytes) {
        if (bytes <= bytes_) return true;
        if (budget_ == nullptr || !budget_->take(bytes - bytes_)) return false;
        bytes_ = bytes;
        return true;
    }

  private:
    MemoryBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace common::http
