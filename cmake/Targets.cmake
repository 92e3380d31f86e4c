# crm_library(NAME SOURCES file... [LINK target...]): a static library of this project: the headers and sources
# of the folder that calls it, without the folders below that have libraries of their own.
# LINK is the whole of what it may use. The direction of dependencies is enforced here: a library finds the
# headers, of this project and of others, that it or what it links has asked for, and no more.
function(crm_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC project_flags ${ARG_LINK})
  share_headers(${name})
  use_precompiled_headers(${name} library_headers ${ARG_SOURCES})
endfunction()

# share_headers(target): whoever links the target can include the headers of this folder. They are found
# through links in a tree that holds them alone, under the names that they have from the top of the project.
function(share_headers target)
  set(tree ${PROJECT_BINARY_DIR}/headers/${target})
  file(REMOVE_RECURSE ${tree})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.h)
  foreach(header ${headers})
    cmake_path(GET header PARENT_PATH folder)
    if(folder STREQUAL "" OR NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      file(RELATIVE_PATH place ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${header})
      cmake_path(GET place PARENT_PATH folder)
      file(MAKE_DIRECTORY ${tree}/${folder})
      file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${tree}/${place} SYMBOLIC)
    endif()
  endforeach()
  target_include_directories(${target} PUBLIC ${tree})
endfunction()

# crm_executable(NAME SOURCES file... [LINK target...]): a program of this project.
function(crm_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE project_flags ${ARG_LINK})
endfunction()

# crm_test(NAME SUITE suite SOURCES file... [LINK target...]): a GoogleTest program.
# SUITE says what it needs: unit (nothing), socket (loopback), database (a PostgreSQL of its own); and, without a
# sanitizer, measure (which would measure that) and simulation (which would take hours).
# tests/run finds the programs of a suite by the folder they are built into.
function(crm_test name)
  cmake_parse_arguments(ARG "" "SUITE" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE project_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${test_flags})
  use_precompiled_headers(${name} test_headers ${ARG_SOURCES})
  if(ARG_SUITE MATCHES "^(measure|simulation)$" AND SANITIZER)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  # Only for the files that use it: the others are the same to ccache in every checkout.
  foreach(source IN LISTS ARG_SOURCES)
    file(STRINGS ${source} uses REGEX "SOURCE_DIR" LIMIT_COUNT 1)
    if(uses)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    endif()
  endforeach()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/${ARG_SUITE})
endfunction()
