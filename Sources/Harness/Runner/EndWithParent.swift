// No process that the command starts outlives it, however it ends.
//
// The kernel's own PR_SET_PDEATHSIG fires when the *thread* that started the process ends, and
// threads of a pool come and go. So a thread of the child looks for itself.

import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The variable that tells a child which process it belongs to.
private let parentVariable = "OPTLAB_PARENT"

/// What a child finds in its environment: whose it is, and that Swift shall not spend half a second
/// on a backtrace where one line says what happened.
public var environmentOfChildren: [String: String] {
  [parentVariable: String(getpid()), "SWIFT_BACKTRACE": "enable=no"]
}

/// Ends this process, and those that it started, as soon as the one that started it is gone.
/// Does nothing in a process that was not started by the command.
public func endWithParent() {
  guard let text = ProcessInfo.processInfo.environment[parentVariable], let parent = pid_t(text)
  else { return }
  Thread.detachNewThread {
    while getppid() == parent { usleep(100_000) }
    // A process group of its own holds whatever a plugin may have started.
    kill(getpgrp() == getpid() ? 0 : getpid(), SIGKILL)
  }
}
