#pragma once

#include "bench/report.h"

namespace penstock::bench {

// One function per suite of `penstock_bench micro`; each asks Report::Begin whether it is wanted.

void MeasureChain(Report& report);
void MeasureCodec(Report& report);
void MeasureKeyedState(Report& report);
void MeasureTieredState(Report& report);
void MeasureWindows(Report& report);
void MeasureTimers(Report& report);
void MeasureCheckpoint(Report& report);
void MeasureLocalExchange(Report& report);
void MeasureRemoteExchange(Report& report);

/// The other process of MeasureRemoteExchange; its exit code.
int RunRemotePeer(int argc, char** argv);

}  // namespace penstock::bench
