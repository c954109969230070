// What oneDNN's functions answer.

import COneDNN

/// Ends the program where a function of oneDNN failed: what cannot be but for lack of memory or a
/// fault of ours.
public func checkOneDNN(_ status: dnnl_status_t, _ function: String) {
  precondition(
    status == dnnl_success, "oneDNN: \(function) failed with status \(status.rawValue)")
}
