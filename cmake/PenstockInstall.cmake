# What is installed, and the CMake package: find_package(Penstock) gives Penstock::api,
# Penstock::connectors, Penstock::testing and the functions of PenstockJob.cmake. The build
# directory can be used as CMAKE_PREFIX_PATH as well.

include(CMakePackageConfigHelpers)

set(package_directory lib/cmake/Penstock)
set(package_staging "${PROJECT_BINARY_DIR}/${package_directory}")

set(packaged penstock_api penstock_connectors penstock_testing penstock_job_check penstock_plan
             penstock_base)
install(TARGETS penstock RUNTIME DESTINATION bin)
install(TARGETS ${packaged} EXPORT PenstockTargets ARCHIVE DESTINATION lib)
# All that `cmake --install` wants, without this tree's own jobs and tests.
add_custom_target(sdk DEPENDS penstock ${packaged})
install(EXPORT PenstockTargets NAMESPACE Penstock:: DESTINATION ${package_directory})
export(EXPORT PenstockTargets NAMESPACE Penstock:: FILE "${package_staging}/PenstockTargets.cmake")

string(REGEX MATCH "^[0-9]+" compiler "${CMAKE_CXX_COMPILER_VERSION}")
set(PENSTOCK_COMPILER "${CMAKE_CXX_COMPILER_ID} ${compiler}")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/PenstockConfig.cmake.in" "${package_staging}/PenstockConfig.cmake"
  INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(
  "${package_staging}/PenstockConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
configure_file("${CMAKE_CURRENT_LIST_DIR}/PenstockJob.cmake" "${package_staging}/PenstockJob.cmake"
               COPYONLY)
install(FILES "${package_staging}/PenstockConfig.cmake"
              "${package_staging}/PenstockConfigVersion.cmake"
              "${package_staging}/PenstockJob.cmake"
        DESTINATION ${package_directory})

# Headers are staged when they are installed, so that they are those of that moment.
install(CODE "
  set(PENSTOCK_SOURCE \"${PROJECT_SOURCE_DIR}\")
  set(PENSTOCK_STAGING \"${PROJECT_BINARY_DIR}/staged-headers\")")
install(SCRIPT "${CMAKE_CURRENT_LIST_DIR}/StageHeaders.cmake")
