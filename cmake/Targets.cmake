# crm_library(NAME SOURCES file... [LINK target...]): a static library of this project.
# LINK is the whole of what it may use: the direction of dependencies is enforced here, since a
# library only finds the external headers that it, or what it links, asked for.
function(crm_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC project_flags ${ARG_LINK})
endfunction()

# crm_executable(NAME SOURCES file... [LINK target...]): a program of this project.
function(crm_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE project_flags ${ARG_LINK})
endfunction()

# crm_test(NAME SUITE suite SOURCES file... [LINK target...]): a GoogleTest program.
# SUITE says what it needs: unit (nothing), socket (loopback), database (a PostgreSQL of its own).
# tests/run finds the programs of a suite by the folder they are built into.
function(crm_test name)
  cmake_parse_arguments(ARG "" "SUITE" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE project_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  # Only for the files that use it: the others are the same to ccache in every checkout.
  foreach(source IN LISTS ARG_SOURCES)
    file(STRINGS ${source} uses REGEX "SOURCE_DIR" LIMIT_COUNT 1)
    if(uses)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    endif()
  endforeach()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/${ARG_SUITE})
endfunction()
