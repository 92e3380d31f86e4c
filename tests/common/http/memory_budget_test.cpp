#include "common/http/memory_budget.h"

#include <optional>

#include <gtest/gtest.h>

namespace common::http {
namespace {

TEST(MemoryBudget, IsSharedByItsReservations) {
    MemoryBudget budget(100);
    std::optional<MemoryReservation> first(std::in_place);
    MemoryReservation second;
    first->draw_on(budget);
    second.draw_on(budget);
    EXPECT_TRUE(first->grow_to(60));
    EXPECT_TRUE(second.grow_to(40));
    EXPECT_EQ(budget.reserved(), 100U);
    EXPECT_FALSE(second.grow_to(41));
    EXPECT_EQ(budget.reserved(), 100U) << "what is refused takes nothing";
    first.reset();
    EXPECT_EQ(budget.reserved(), 40U);
    EXPECT_TRUE(second.grow_to(100));
    EXPECT_TRUE(second.grow_to(7)) << "has that much";
    EXPECT_EQ(budget.reserved(), 100U);
}

TEST(MemoryBudget, OfAPartIsTakenFromTheWhole) {
    MemoryBudget whole(100);
    MemoryBudget part(30, &whole);
    MemoryReservation of_whole;
    of_whole.draw_on(whole);
    {
        MemoryReservation of_part;
        of_part.draw_on(part);
        EXPECT_FALSE(of_part.grow_to(31)) << "the part has less than the whole";
        EXPECT_TRUE(of_part.grow_to(30));
        EXPECT_EQ(whole.reserved(), 30U);
        EXPECT_FALSE(of_whole.grow_to(71));
        EXPECT_TRUE(of_whole.grow_to(70)) << "the part leaves the rest to others";
    }
    EXPECT_EQ(whole.reserved(), 70U);
    EXPECT_TRUE(of_whole.grow_to(90));
    MemoryReservation late;
    late.draw_on(part);
    EXPECT_FALSE(late.grow_to(11)) << "the whole has less than the part";
    EXPECT_EQ(part.reserved(), 0U);
    EXPECT_TRUE(late.grow_to(10));
}

TEST(MemoryBudget, OfNobodyIsNone) {
    MemoryReservation reservation;
    EXPECT_FALSE(reservation.grow_to(1));
}

}  // namespace
}  // namespace common::http
