# Every third-party library of the tree, all from Debian 12; scripts/setup installs them.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
# Debian has 1.74 as well, whose headers are incompatible with what we use.
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(CapnProto REQUIRED)
# Debian's package names its tools by paths that don't exist.
find_program(PENSTOCK_CAPNP capnp REQUIRED)
find_program(PENSTOCK_CAPNPC_CXX capnpc-c++ REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(RocksDB 7.8 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(ZLIB REQUIRED)
find_package(cppzmq REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET GLOBAL libxxhash)
pkg_check_modules(liblz4 REQUIRED IMPORTED_TARGET GLOBAL liblz4)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET GLOBAL libzstd)
