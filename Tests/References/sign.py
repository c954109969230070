"""Golden data for coordinate-wise optimizers that follow signs.

See golden.py for how to run this.
"""

from golden import EVERYWHERE, LONG_SAMPLES, Golden, term
from libraries import FALLING, of_optax, of_pytorch_optimizer, of_torch

golden = Golden("sign")


def core(optimizer, reference, problems=EVERYWHERE, samples=LONG_SAMPLES, **limits):
    golden.add(optimizer, reference, problems, samples, **limits)


add = golden.add
# The first gradient of beale is exactly 0 in x: which sign it has then, a rounding decides.
ELSEWHERE = "rosenbrock quadratic himmelblau"

# rprop
core(term("rprop@torch"), of_torch("Rprop"))
core(term("rprop", {"lr": 0.05, "shrink": 0.4, "grow": 1.1, "smallest": 1e-3, "largest": 0.2}),
     of_torch("Rprop", lr=0.05, etas=(0.4, 1.1), step_sizes=(1e-3, 0.2)))
core(term("rprop", {"lr": 0.02}, schedules=FALLING), of_torch("Rprop", lr=0.02, falling=True))
core(term("rprop@optax", {"lr": 0.01}), of_optax("rprop", 0.01), ELSEWHERE)
core(term("rprop@optax", {"lr": 0.02, "shrink": 0.6, "grow": 1.3, "smallest": 1e-4, "largest": 0.1}),
     of_optax("rprop", 0.02, eta_minus=0.6, eta_plus=1.3, min_step_size=1e-4, max_step_size=0.1),
     ELSEWHERE)

# signsgd: near the floor of a valley a rounding decides signs
add(term("signsgd@optax", {"lr": 1e-3}), of_optax("sign_sgd", 1e-3), least=7)
add(term("signsgd@optax", {"lr": 5e-3}, schedules=FALLING), of_optax("sign_sgd", 5e-3, falling=True), least=6)
add(term("signsgd@pytorch-optimizer", {"lr": 2e-3, "weightDecay": 0.1}),
    of_pytorch_optimizer("SignSGD", lr=2e-3, momentum=0.0, weight_decay=0.1), least=6)

# signum, with tiger
add(term("signum@optax", {"lr": 1e-3, "beta": 0.8}), of_optax("signum", 1e-3, beta=0.8), least=7)
add(term("signum@pytorch-optimizer", {"lr": 5e-3, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("SignSGD", lr=5e-3, weight_decay=0.1, falling=True), least=6)
add(term("signum@tiger", {"lr": 2e-3}), of_pytorch_optimizer("Tiger", lr=2e-3), least=6)

# lion
add(term("lion@optax", {"lr": 1e-3}), of_optax("lion", 1e-3), least=7)
add(term("lion@optax", {"lr": 5e-3, "beta1": 0.8, "beta2": 0.95, "weightDecay": 0.1}, schedules=FALLING),
    of_optax("lion", 5e-3, falling=True, b1=0.8, b2=0.95, weight_decay=0.1), least=6)
add(term("lion@pytorch-optimizer"), of_pytorch_optimizer("Lion"))
add(term("lion", {"lr": 2e-3, "weightDecay": 0.2}),
    of_pytorch_optimizer("Lion", lr=2e-3, weight_decay=0.2), least=6)

golden.write()
