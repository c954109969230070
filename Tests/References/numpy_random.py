"""What NumPy's RandomState draws, and what DeepOBS makes of it, for MersenneTwisterTests.

    python3 numpy_random.py > numpy_random.json      (numpy 2.4.6)

The rotation is that of Diaconis and Shahshahani 1987 (doi:10.1017/S0269964800000255), as DeepOBS
(arXiv 1903.05499) uses it for quadratic_deep.
"""
import json

import numpy as np

DIMENSION = 100


def rotation(random):
    angle = 2 * np.pi * random.uniform()
    r = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for order in range(3, DIMENSION + 1):
        v = random.normal(size=order)
        x = np.eye(order)[0] - v / np.linalg.norm(v)
        x /= np.linalg.norm(x)
        d = np.block([[np.eye(1), np.zeros((1, order - 1))], [np.zeros((order - 1, 1)), r]])
        r = d - 2 * np.outer(x, x @ d)
    return -r


random = np.random.RandomState(42)
eigenvalues = np.concatenate((random.uniform(0, 1, 90), random.uniform(30, 60, 10)))
r = rotation(random)
hessian = r.T @ np.diag(eigenvalues) @ r
train, test = (
    np.random.RandomState(seed).normal(0, 0.6, (1000, DIMENSION)).astype(np.float32).astype(float)
    for seed in (42, 43))


def loss(theta, examples):
    offset = theta - examples
    return 0.5 * np.mean(np.sum(offset @ hessian * offset, axis=1))


theta = np.sin(np.arange(DIMENSION)).astype(np.float32).astype(float)
# Past the first 624 numbers, where the state is made anew.
state = np.random.RandomState(2**32 - 1)
print(json.dumps({
    "words": [int(x) for x in np.random.RandomState(42).randint(0, 2**32, 1300, dtype=np.uint64)],
    "uniform": np.random.RandomState(7).random_sample(700).tolist(),
    "normal": state.standard_normal(701).tolist(),
    "trace": float(np.trace(hessian)),
    "hessian": hessian[0].tolist(),
    "testAtStart": loss(np.ones(DIMENSION), test[:896]),
    "test": loss(theta, test[:896]),
    "training": loss(theta, train),
    "gradient": (hessian @ (theta - train.mean(axis=0))).tolist(),
}))
