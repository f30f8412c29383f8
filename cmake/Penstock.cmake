# The kinds of target in this tree. DEPS are target names, as for target_link_libraries().

# Includes are written from the repository root everywhere.
include_directories("${PROJECT_SOURCE_DIR}")

# penstock_library(<name> [SOURCES <file>...] [DEPS <target>...] [PRIVATE_DEPS <target>...])
#
# A static library penstock_<name>; without SOURCES a header-only one.
function(penstock_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target penstock_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_link_libraries(${target} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# penstock_test(<name> SOURCES <file>... [DEPS <target>...] [TIMEOUT <seconds>])
#
# A GoogleTest executable <build>/tests/<name> and one ctest test of that name. Its label is the
# folder below tests/ ("unit", "component", ...).
function(penstock_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")

  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests"
             OUTPUT_VARIABLE folder)
  string(REGEX REPLACE "/.*" "" label "${folder}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${label}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# penstock_use_march(<target>)
#
# Compiles the target for PENSTOCK_MARCH and tells its sources the name of that instruction set as
# the string PENSTOCK_PLUGIN_MARCH ("native" is resolved to the machine's real one).
function(penstock_use_march target)
  target_compile_options(${target} PRIVATE -march=${PENSTOCK_MARCH})
  target_compile_definitions(${target} PRIVATE PENSTOCK_PLUGIN_MARCH="${PENSTOCK_MARCH_NAME}")
endfunction()

# penstock_add_job(<name> SOURCES <file>... [DEPS <target>...])
#
# A plugin <build>/jobs/<name>.so. It must be complete in itself: an undefined symbol is a link
# error here instead of a load error on a worker.
function(penstock_add_job name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE penstock_api ${ARG_DEPS})
  target_link_options(${name} PRIVATE -Wl,--no-undefined -Wl,--exclude-libs,ALL)
  set_target_properties(${name} PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/jobs")
  penstock_use_march(${name})
endfunction()

# penstock_capnp(<target> <file>.capnp...)
#
# Adds the generated code of Cap'n Proto schemas to a target. A schema at wire/x.capnp is included
# as "wire/x.capnp.h" and imports others from the repository root ("/wire/y.capnp").
function(penstock_capnp target)
  set(out "${PROJECT_BINARY_DIR}/gen")
  file(MAKE_DIRECTORY "${out}")
  foreach(schema IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH schema OUTPUT_VARIABLE path)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE relative)
    set(generated "${out}/${relative}.c++")
    add_custom_command(
      OUTPUT "${generated}" "${out}/${relative}.h"
      COMMAND "${PENSTOCK_CAPNP}" compile "-o${PENSTOCK_CAPNPC_CXX}:${out}"
              "--src-prefix=${PROJECT_SOURCE_DIR}" "-I${PROJECT_SOURCE_DIR}" "${path}"
      DEPENDS "${path}"
      COMMENT "Generating ${relative}.h"
      VERBATIM)
    set_source_files_properties("${generated}" PROPERTIES COMPILE_OPTIONS -w)
    target_sources(${target} PRIVATE "${generated}" "${out}/${relative}.h")
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC "${out}")
  target_link_libraries(${target} PUBLIC CapnProto::capnp)
endfunction()

# Sets PENSTOCK_MARCH_NAME: PENSTOCK_MARCH with "native" replaced by what the compiler makes of it.
function(penstock_resolve_march)
  set(name "${PENSTOCK_MARCH}")
  if(name STREQUAL "native")
    execute_process(
      COMMAND "${CMAKE_CXX_COMPILER}" -march=native -Q --help=target
      OUTPUT_VARIABLE options ERROR_QUIET)
    if(NOT options MATCHES "-march=[ \t]+([^ \t\n]+)")
      message(FATAL_ERROR "cannot tell which instruction set -march=native is; "
                          "set PENSTOCK_MARCH to its name, such as x86-64-v3")
    endif()
    set(name "${CMAKE_MATCH_1}")
  endif()
  set(PENSTOCK_MARCH_NAME "${name}" PARENT_SCOPE)
endfunction()
penstock_resolve_march()
