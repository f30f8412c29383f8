#include "connectors/format/binary_records.h"

namespace penstock::internal {

Status CheckBinaryHeader(std::string_view header, const BinaryHeader& expected) {
  PENSTOCK_ASSIGN_OR_RETURN(const BinaryHeader found, DecodeBinaryHeader(header));
  if (found.record_size == expected.record_size && found.fields == expected.fields) {
    return Status::Ok();
  }
  return Status::InvalidArgument("the binary records are " + ToString(found.fields) +
                                     ", the job reads " + ToString(expected.fields),
                                 "read them into a struct with the same fields in the same order");
}

Status WrongBinaryRecord(std::size_t bytes) {
  return Status::InvalidArgument("the binary record of " + std::to_string(bytes) +
                                 " bytes has not the layout that the header tells");
}

}  // namespace penstock::internal
