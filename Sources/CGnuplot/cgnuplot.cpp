// See cgnuplot.h.

#include "cgnuplot.h"

#include <gnuplot-iostream.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace {

// A write to a gnuplot that has died must be an error, not the death of this process by SIGPIPE,
// and the disposition of signals belongs to the program, not to a library.
class NoSigPipe {
public:
  NoSigPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    wasPending_ = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigPipe() {
    if (!wasPending_) {
      timespec none = {0, 0};
      while (sigtimedwait(&pipe_, nullptr, &none) == -1 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t pipe_, before_;
  bool wasPending_;
};

long long now_ms() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

}  // namespace

struct cgnuplot_session {
  pid_t pid;
  int messages;  // gnuplot's standard error
  Gnuplot *pipe;
  unsigned long marks;

  template <typename Body>
  cgnuplot_status guarded(Body body) {
    NoSigPipe noSigPipe;
    try {
      body();
      return pipe->good() ? CGNUPLOT_OK : CGNUPLOT_GONE;
    } catch (...) {
      return CGNUPLOT_GONE;
    }
  }
};

cgnuplot_session *cgnuplot_open(const char *program, int *error) {
  int in[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0) {
    *error = errno;
    return nullptr;
  }
  if (pipe2(err, O_CLOEXEC) != 0) {
    *error = errno;
    close(in[0]);
    close(in[1]);
    return nullptr;
  }

  // Not by popen, which is what gnuplot-iostream would do: the messages are wanted, and no shell.
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  // A Ctrl-C at the terminal is for the program that draws; it ends gnuplot by closing the pipe.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(
    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  char *arguments[] = {const_cast<char *>(program), nullptr};
  pid_t pid = 0;
  // A program that was written a moment ago may still be open in a process that is just being started.
  for (int tries = 0; tries < 50; tries++) {
    *error = posix_spawnp(&pid, program, &actions, &attributes, arguments, environ);
    if (*error != ETXTBSY) break;
    timespec moment = {0, 20000000};
    nanosleep(&moment, nullptr);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(err[1]);
  FILE *file = *error == 0 ? fdopen(in[1], "w") : nullptr;
  if (file == nullptr) {
    close(in[1]);
    close(err[0]);
    return nullptr;
  }
  auto session = new cgnuplot_session{pid, err[0], nullptr, 0};
  session->pipe = new Gnuplot(file);
  return session;
}

void cgnuplot_close(cgnuplot_session *session, int kill) {
  if (session == nullptr) return;
  if (kill) ::kill(session->pid, SIGKILL);
  {
    NoSigPipe noSigPipe;
    try {
      delete session->pipe;
    } catch (...) {
    }
  }
  close(session->messages);
  int status = 0;
  while (waitpid(session->pid, &status, 0) == -1 && errno == EINTR) {}
  delete session;
}

cgnuplot_status cgnuplot_send(cgnuplot_session *session, const char *text, size_t count) {
  return session->guarded([&] { session->pipe->write(text, std::streamsize(count)); });
}

cgnuplot_status cgnuplot_send_doubles(
  cgnuplot_session *session, const double *values, size_t count) {
  return session->guarded(
    [&] { session->pipe->sendBinary1d(std::vector<double>(values, values + count)); });
}

cgnuplot_status cgnuplot_send_bytes(
  cgnuplot_session *session, const uint8_t *values, size_t count) {
  return session->guarded(
    [&] { session->pipe->sendBinary1d(std::vector<uint8_t>(values, values + count)); });
}

cgnuplot_status cgnuplot_wait(
  cgnuplot_session *session, int milliseconds, char *messages, size_t capacity) {
  // gnuplot prints to its standard error: a mark there says that all before it has been done.
  std::string mark = "cgnuplot mark " + std::to_string(++session->marks) + "\n";
  cgnuplot_status status = session->guarded([&] {
    *session->pipe << "\nprint 'cgnuplot mark " << session->marks << "'" << std::endl;
  });
  std::string text;
  const long long end = now_ms() + milliseconds;
  size_t found = std::string::npos;
  while ((found = text.find(mark)) == std::string::npos) {
    const long long left = end - now_ms();
    if (left <= 0) {
      status = CGNUPLOT_TIMEOUT;
      break;
    }
    pollfd waiting = {session->messages, POLLIN, 0};
    const int ready = poll(&waiting, 1, int(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) continue;
    char buffer[4096];
    const ssize_t n = read(session->messages, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      status = CGNUPLOT_GONE;
      break;
    }
    text.append(buffer, size_t(n));
  }
  if (found != std::string::npos) {
    status = CGNUPLOT_OK;
    text.resize(found);
  }
  if (capacity > 0) {
    const size_t n = std::min(text.size(), capacity - 1);
    memcpy(messages, text.data(), n);
    messages[n] = 0;
  }
  return status;
}
