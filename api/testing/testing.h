#pragma once

/// The one include of a test of jobs, beside that of the test framework; docs/testing-jobs.md.
///   OperatorTest, TwoInputTest   a stream expression alone
///   JobTest                      a whole job
///   same_for_seeds               many interleavings
/// With GoogleTest there is api/testing/matchers.h, too.

#include "api/testing/job_test.h"
#include "api/testing/operator_test.h"
#include "api/testing/placeholders.h"
#include "api/testing/same_for_seeds.h"
