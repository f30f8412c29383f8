# How jobs are built: one implementation for this tree and, installed, for every other. It needs the
# targets Penstock::api and, for tests, Penstock::testing.

if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  set(penstock_default_march "x86-64-v2")
else()
  set(penstock_default_march "armv8-a")
endif()
set(PENSTOCK_MARCH "${penstock_default_march}" CACHE STRING
    "Instruction set of jobs, as for -march; \"native\" is allowed")
set(PENSTOCK_JOB_DIRECTORY "${CMAKE_BINARY_DIR}" CACHE PATH
    "Directory into which the jobs' shared objects are built")

# penstock_add_job(<name> SOURCES <file>... [DEPS <target>...])
#
# A plugin ${PENSTOCK_JOB_DIRECTORY}/<name>.so. It must be complete in itself: an undefined symbol
# is a link error here instead of a load error on a worker.
function(penstock_add_job name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  penstock_check_arguments(penstock_add_job "${name}" "${ARG_SOURCES}"
                           "${ARG_UNPARSED_ARGUMENTS}")
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE Penstock::api ${ARG_DEPS})
  target_link_options(${name} PRIVATE -Wl,--no-undefined -Wl,--exclude-libs,ALL)
  set_target_properties(${name} PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${PENSTOCK_JOB_DIRECTORY}")
  penstock_use_language(${name})
  penstock_use_march(${name})
  # For perf and the like; Penstock's own stacks are read by the unwind tables.
  target_compile_options(${name} PRIVATE -fno-omit-frame-pointer)
endfunction()

# penstock_add_job_test(<name> SOURCES <file>... [DEPS <target>...])
#
# A GoogleTest executable with the test kit, and one ctest test of that name.
function(penstock_add_job_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  penstock_check_arguments(penstock_add_job_test "${name}" "${ARG_SOURCES}"
                           "${ARG_UNPARSED_ARGUMENTS}")
  if(NOT TARGET GTest::gtest_main)
    message(FATAL_ERROR "penstock_add_job_test(${name}) needs GoogleTest.\n"
                        "hint: apt-get install libgtest-dev libgmock-dev")
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE Penstock::testing ${ARG_DEPS} GTest::gtest_main)
  penstock_use_language(${name})
  penstock_use_march(${name})
  add_test(NAME ${name} COMMAND ${name})
endfunction()

function(penstock_check_arguments function name sources unknown)
  if(NOT sources OR unknown)
    message(FATAL_ERROR "${function}(${name}) takes SOURCES <file>... [DEPS <target>...]; "
                        "unknown here: '${unknown}'")
  endif()
endfunction()

# C++20, with everything hidden but what a plugin exports on purpose.
function(penstock_use_language target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
endfunction()

# penstock_use_march(<target>)
#
# Compiles the target for PENSTOCK_MARCH and tells its sources the name of that instruction set as
# the string PENSTOCK_PLUGIN_MARCH ("native" is resolved to the machine's real one).
function(penstock_use_march target)
  penstock_resolve_march(name)
  target_compile_options(${target} PRIVATE -march=${PENSTOCK_MARCH})
  target_compile_definitions(${target} PRIVATE PENSTOCK_PLUGIN_MARCH="${name}")
endfunction()

# Sets `result` to PENSTOCK_MARCH, with "native" replaced by what the compiler makes of it.
function(penstock_resolve_march result)
  if(NOT PENSTOCK_MARCH STREQUAL "native")
    set(${result} "${PENSTOCK_MARCH}" PARENT_SCOPE)
    return()
  endif()
  if(NOT DEFINED CACHE{PENSTOCK_NATIVE_MARCH})
    execute_process(
      COMMAND "${CMAKE_CXX_COMPILER}" -march=native -Q --help=target
      OUTPUT_VARIABLE options ERROR_QUIET)
    if(NOT options MATCHES "-march=[ \t]+([^ \t\n]+)")
      message(FATAL_ERROR "cannot tell which instruction set -march=native is; "
                          "set PENSTOCK_MARCH to its name, such as x86-64-v3")
    endif()
    set(PENSTOCK_NATIVE_MARCH "${CMAKE_MATCH_1}" CACHE INTERNAL "What -march=native is here")
  endif()
  set(${result} "${PENSTOCK_NATIVE_MARCH}" PARENT_SCOPE)
endfunction()
