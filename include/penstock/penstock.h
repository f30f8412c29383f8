#pragma once

/// What a job includes, in this tree and where Penstock is installed:
///
///   #include <penstock/penstock.h>
///   #include <penstock/connectors/file/file_source.h>
///   #include <penstock/testing.h>                        (its tests)

#include "api/penstock.h"
