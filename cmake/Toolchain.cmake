# Compiler and linker settings that hold for every target of the tree.

set(PENSTOCK_SANITIZE "" CACHE STRING
    "Sanitizers for every target, as for -fsanitize: \"address,undefined\" or \"thread\"")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g")
if(PENSTOCK_SANITIZE)
  # xxHash insists on inlining, which -Og refuses with sanitizers.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()

add_compile_options(-fno-omit-frame-pointer -Wall -Wextra -Wnon-virtual-dtor -Wno-restrict
                    -Werror=return-type)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-march=x86-64-v2)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

# The vptr check compares type information by address, which hidden visibility makes differ
# between the binary and a plugin.
if(PENSTOCK_SANITIZE)
  add_compile_options(-fsanitize=${PENSTOCK_SANITIZE} -fno-sanitize-recover=all
                      -fno-sanitize=vptr)
  add_link_options(-fsanitize=${PENSTOCK_SANITIZE})
endif()

find_program(PENSTOCK_MOLD mold)
find_program(PENSTOCK_LLD ld.lld)
if(PENSTOCK_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(PENSTOCK_LLD)
  add_link_options(-fuse-ld=lld)
endif()

find_program(PENSTOCK_CCACHE ccache)
if(PENSTOCK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${PENSTOCK_CCACHE}")
endif()
