# Run by `cmake --install`: copies the public headers, and those that they include, to
# PENSTOCK_STAGING/penstock, and installs that. In the tree includes begin at its root,
# "common/status.h"; installed ones begin with penstock/, so that they can't find a file of the
# job's author that is named alike.

cmake_policy(VERSION 3.25)

file(GLOB_RECURSE todo RELATIVE "${PENSTOCK_SOURCE}"
     "${PENSTOCK_SOURCE}/api/*.h" "${PENSTOCK_SOURCE}/connectors/*.h")
set(include_line "#include \"((api|common|connectors|graph)/[^\"]+)\"")

# Writes a header to the staging directory, and adds to `todo` what it includes.
macro(stage from to)
  file(READ "${from}" content)
  string(REGEX MATCHALL "${include_line}" includes "${content}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "${include_line}" "\\1" include "${include}")
    list(APPEND todo "${include}")
  endforeach()
  string(REGEX REPLACE "${include_line}" "#include \"penstock/\\1\"" content "${content}")
  file(WRITE "${PENSTOCK_STAGING}/penstock/${to}" "${content}")
endmacro()

file(REMOVE_RECURSE "${PENSTOCK_STAGING}")
stage("${PENSTOCK_SOURCE}/include/penstock/penstock.h" penstock.h)
stage("${PENSTOCK_GENERATED}/testing.h" testing.h)
set(done)
while(todo)
  list(POP_FRONT todo header)
  if(NOT header IN_LIST done)
    list(APPEND done "${header}")
    stage("${PENSTOCK_SOURCE}/${header}" "${header}")
  endif()
endwhile()
file(INSTALL "${PENSTOCK_STAGING}/penstock" DESTINATION "${CMAKE_INSTALL_PREFIX}/include"
     TYPE DIRECTORY MESSAGE_LAZY)
