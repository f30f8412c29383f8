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

# penstock_export(<name>)
#
# Calls the library penstock_<name> Penstock::<name>, as users of the installed package do.
function(penstock_export name)
  set_target_properties(penstock_${name} PROPERTIES EXPORT_NAME ${name})
  add_library(Penstock::${name} ALIAS penstock_${name})
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
