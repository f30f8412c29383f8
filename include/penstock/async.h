#pragma once

/// Asynchronous calls, beside <penstock/penstock.h>.

#include "api/async.h"
