@0xf6f6a2172a97be64;
# What workers and the coordinator say to each other. A worker connects, says hello, proves that it
# sees the checkpoint directory, registers, and is then in a session until the connection closes.

using Cxx = import "/capnp/c++.capnp";
using Control = import "/wire/control.capnp";
$Cxx.namespace("penstock::control");

interface Coordinator {
  # The bootstrap capability. `secret` is the cluster's; `protocol` is kControlProtocol.
  hello @0 (secret :Text, protocol :UInt32)
      -> (status :Control.Status, admission :Admission, tokenPath :Text);
}

interface Admission {
  # `token` is what the worker read at tokenPath, `tokenStatus` why it could not.
  register @0 (registration :Control.WorkerRegistration, token :Data, tokenStatus :Control.Status,
               commands :CommandSink)
      -> (status :Control.Status, session :Session);
}

interface CommandSink {
  # Called in order, without waiting for the answers.
  command @0 (command :Control.WorkerCommand);
}

interface Session {
  # Called in order. The answer to a heartbeat shows that the coordinator lives.
  event @0 (event :Control.WorkerEvent);

  # Up to `length` bytes of a plugin; fewer only at its end.
  fetchPlugin @1 (hash :Text, offset :UInt64, length :UInt32)
      -> (status :Control.Status, content :Data);
}
