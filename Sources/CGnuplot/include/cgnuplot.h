// The bridge to gnuplot: a pipe to one gnuplot process, by way of gnuplot-iostream.
//
// gnuplot-iostream is a C++ header of templates over Boost. Importing it into Swift would make every
// client a C++ client, so that it is wrapped here, in plain C.

#ifndef CGNUPLOT_H
#define CGNUPLOT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A running gnuplot process.
typedef struct cgnuplot_session cgnuplot_session;

/// How an exchange with gnuplot ended.
typedef enum {
  CGNUPLOT_OK = 0,
  /// The process ended or closed its pipe.
  CGNUPLOT_GONE = 1,
  /// The process did not answer in time.
  CGNUPLOT_TIMEOUT = 2,
} cgnuplot_status;

/// Starts `program` (looked for on PATH). Returns null where that fails, with errno in `*error`.
cgnuplot_session *cgnuplot_open(const char *program, int *error);

/// Ends the process and frees the session; with `kill` non-zero at once, without letting it finish.
void cgnuplot_close(cgnuplot_session *session, int kill);

/// Sends text: commands.
cgnuplot_status cgnuplot_send(cgnuplot_session *session, const char *text, size_t count);

/// Sends numbers as the binary inline data of the plot command before it.
cgnuplot_status cgnuplot_send_doubles(
  cgnuplot_session *session, const double *values, size_t count);
cgnuplot_status cgnuplot_send_bytes(
  cgnuplot_session *session, const uint8_t *values, size_t count);

/// Waits until gnuplot has done everything sent so far, at most `milliseconds`, and copies what it
/// wrote to its standard error meanwhile to `messages` (at most `capacity` bytes with the final 0).
cgnuplot_status cgnuplot_wait(
  cgnuplot_session *session, int milliseconds, char *messages, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
