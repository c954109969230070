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

#endif
