#pragma once

/// The test kit: docs/testing-jobs.md.

#include "api/testing/testing.h"
