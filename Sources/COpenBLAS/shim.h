// OpenBLAS: its C interface to BLAS, and the few LAPACK routines that the lab calls. Debian's
// OpenBLAS contains LAPACK but no header for it, so these are declared here, with the calling
// convention of Fortran: everything by reference, column-major.
#ifndef OPTIMIZERLAB_COPENBLAS_H
#define OPTIMIZERLAB_COPENBLAS_H

#include <cblas-openblas.h>

// Solves A X = B for a symmetric indefinite A.
void dsysv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, int *ipiv,
            double *b, const int *ldb, double *work, const int *lwork, int *info);

// Eigenvalues and eigenvectors of a symmetric matrix, by divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);

// QR decomposition: R in the upper triangle, the reflections that make up Q below it.
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);

// The first n columns of the Q that dgeqrf has found.
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau,
             double *work, const int *lwork, int *info);

#endif
