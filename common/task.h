// Task<T>: a coroutine of the HTTP server and the database pool.
//
// It runs on one io_context, the one it was started on. The executor type is spelled out because the
// type-erased one costs about a microsecond a request. Traps that no compiler sees: never call a lambda
// coroutine that captures (use a function with by-value parameters); a frame still suspended when its
// io_context dies is destroyed with it, so what its destructors touch must outlive the io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace common {

template <class T>
using Task = boost::asio::awaitable<T, boost::asio::io_context::executor_type>;

}  // namespace common
