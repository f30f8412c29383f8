#include "api/testing/testing.h"
