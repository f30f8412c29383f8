@0xd2a8f8a65d1f1a37;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("penstock::schema");

struct Tick {
  id @0 :Int64;
  name @1 :Text;
  samples @2 :List(Float64);
}
