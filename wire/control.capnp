@0xa6cc0d43a6e4cb2f;
# The structs of wire/messages.h, whose comments say what the fields mean. Fields are only ever added.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("penstock::control");

struct Status {
  ok @0 :Bool = true;
  # The rest is meaningful only when this is false.
  domain @1 :UInt8;
  code @2 :UInt8;
  message @3 :Text;
  hint @4 :Text;
}

struct Id {
  high @0 :UInt64;
  low @1 :UInt64;
}

struct Entry {
  key @0 :Text;
  value @1 :Text;
}

struct SubtaskId {
  vertex @0 :UInt32;
  index @1 :UInt32;
}

struct JobSpec {
  id @0 :Id;
  name @1 :Text;
  pluginHash @2 :Text;
  arguments @3 :List(Entry);
  workingDirectory @4 :Text;
  configuration @5 :List(Entry);
  graphJson @6 :Text;
}

struct HostSetup {
  host @0 :Id;
  generation @1 :UInt64;
  job @2 :JobSpec;
  pluginPath @3 :Text;
  memoryBytes @4 :UInt64;
  bindAddress @5 :Text;
  clusterSecret @6 :Text;
  stateDirectory @7 :Text;
  slots @8 :UInt32 = 1;
}

struct SnapshotFile {
  name @0 :Text;
  size @1 :UInt64;
  checksum @2 :UInt64;
}

struct TaskSnapshot {
  subtask @0 :SubtaskId;
  files @1 :List(SnapshotFile);
}

struct SnapshotTimings {
  startDelay @0 :UInt64;
  alignment @1 :UInt64;
  synchronous @2 :UInt64;
  asynchronous @3 :UInt64;
}

struct HostAssignment {
  host @0 :Id;
  endpoint @1 :Text;
  subtasks @2 :List(SubtaskId);
}

struct RestorePoint {
  checkpoint @0 :UInt64;
  directory @1 :Text;
  final @2 :Bool;
  tasks @3 :List(TaskSnapshot);
}

struct SourceAlignment {
  subtask @0 :SubtaskId;
  others @1 :Int64;
}

struct HostQuery {
  union {
    dumpStacks :group {
      subtasks @0 :List(SubtaskId);
    }
    sampleStacks :group {
      subtasks @1 :List(SubtaskId);
      durationMillis @2 :UInt32;
      kind @3 :UInt8;
    }
    tailRecords :group {
      vertex @4 :UInt32;
      position @5 :UInt32;
      leaseMillis @6 :UInt32;
      maxRecords @7 :UInt32;
    }
  }
}

struct WorkerQuery {
  union {
    listLogs @0 :Void;
    readLog :group {
      name @1 :Text;
      offset @2 :UInt64;
      maxBytes @3 :UInt32;
      fromEnd @4 :Bool;
    }
    dumpWorkerStacks @5 :Void;
    askHost :group {
      host @6 :Id;
      query @7 :HostQuery;
    }
  }
}

struct QueryAnswer {
  id @0 :UInt64;
  status @1 :Status;
  text @2 :Text;
}

struct HostCommand {
  union {
    deployTasks :group {
      hosts @0 :List(HostAssignment);
      restore @1 :List(RestorePoint);
      checkpointDirectory @2 :Text;
    }
    startTasks @3 :Void;
    triggerCheckpoint :group {
      checkpoint @4 :UInt64;
      final @5 :Bool;
      directory @6 :Text;
    }
    checkpointCompleted :group {
      checkpoint @7 :UInt64;
      final @8 :Bool;
    }
    stopSources :group {
      drain @9 :Bool;
    }
    cancelTasks @10 :Void;
    alignSources :group {
      sources @11 :List(SourceAlignment);
    }
    askedOfHost :group {
      id @12 :UInt64;
      query @13 :HostQuery;
    }
  }
}

struct TaskMetrics {
  subtask @0 :SubtaskId;
  counters @1 :List(Counter);
  watermark @2 :Int64;
  idle @3 :Bool;
  age @4 :UInt64;
  gauges @5 :List(Gauge);
  outputWatermark @6 :Int64 = -0x8000000000000000;
  furthest @7 :Int64 = -0x8000000000000000;
  slowestSplit @8 :Text;
  edges @9 :List(EdgeMetrics);

  struct Counter {
    name @0 :Text;
    value @1 :UInt64;
  }
  struct Gauge {
    name @0 :Text;
    value @1 :Float64;
  }
}

struct EdgeMetrics {
  records @0 :UInt64;
  bytes @1 :UInt64;
}

struct MemoryUse {
  exchange @0 :UInt64;
  exchangeCapacity @1 :UInt64;
  tables @2 :UInt64;
  cache @3 :UInt64;
  resident @4 :UInt64;
}

struct HostEvent {
  union {
    hostReady :group {
      endpoint @0 :Text;
    }
    hostDeployed @1 :Void;
    sourceExhausted @2 :SubtaskId;
    checkpointAcknowledged :group {
      checkpoint @3 :UInt64;
      snapshot @4 :TaskSnapshot;
      timings @5 :SnapshotTimings;
      newBytes @15 :UInt64;
    }
    checkpointDeclined :group {
      checkpoint @6 :UInt64;
      subtask @7 :SubtaskId;
      reason @8 :Status;
    }
    hostFinished @9 :Void;
    hostFailed :group {
      error @10 :Status;
      subtask @11 :SubtaskId;
      operatorName @12 :Text;
    }
    hostMetrics :group {
      tasks @13 :List(TaskMetrics);
      stateBytes @14 :UInt64;
      memory @16 :MemoryUse;
    }
    queryAnswer @17 :QueryAnswer;
  }
}

struct WorkerCommand {
  union {
    startHost :group {
      host @0 :Id;
      generation @1 :UInt64;
      job @2 :JobSpec;
      slots @3 :UInt32;
    }
    forwardToHost :group {
      host @4 :Id;
      command @5 :HostCommand;
    }
    killHost @6 :Id;
    askWorker :group {
      id @7 :UInt64;
      query @8 :WorkerQuery;
    }
  }
}

struct WorkerRegistration {
  worker @0 :Id;
  address @1 :Text;
  pid @2 :UInt64;
  slots @3 :UInt32;
  memoryBytes @4 :UInt64;
  dataDirectory @5 :Text;
}

struct WorkerEvent {
  union {
    heartbeat :group {
      residentBytes @0 :UInt64;
      cpuMillis @9 :UInt64;
    }
    hostExited :group {
      host @1 :Id;
      clean @2 :Bool;
      ordered @7 :Bool;
      description @3 :Text;
      logTail @4 :Text;
      stack @10 :Text;
    }
    fromHost :group {
      host @5 :Id;
      event @6 :HostEvent;
    }
    queryAnswer @8 :QueryAnswer;
  }
}
