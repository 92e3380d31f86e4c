// Giving memory back to the system.
#pragma once

namespace common {

/// Returns what the program does not use at the moment: free heap pages, and the read-only pages of program
/// and libraries, most of which only ran at the start or in a burst. What is needed again is mapped again
/// from the page cache at its first use. Takes about a millisecond; any thread.
void return_unused_memory();

}  // namespace common
