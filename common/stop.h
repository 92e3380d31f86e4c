// Waiting for the signal to stop.
#pragma once

namespace common {

/// Blocks SIGTERM and SIGINT in the calling thread, so that threads started later inherit the mask, and
/// ignores SIGPIPE. Call first thing in main, before any thread exists.
void block_stop_signals();

/// Blocks until SIGTERM or SIGINT arrives and returns its number.
int wait_for_stop_signal();

}  // namespace common
