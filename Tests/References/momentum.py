"""Golden data for coordinate-wise optimizers that descend along gradients and averages of them.

See golden.py for how to run this.
"""

import optax

from golden import EVERYWHERE, LONG_SAMPLES, Golden, term
from libraries import FALLING, of_optax, of_pytorch_optimizer, of_torch

golden = Golden("momentum")


def core(optimizer, reference, problems=EVERYWHERE, samples=LONG_SAMPLES, **limits):
    golden.add(optimizer, reference, problems, samples, **limits)


add = golden.add

# asgd


def averaged(reference):
    """Judged at the average that torch's ASGD keeps."""
    reference.judged = lambda x: reference.optimizer.state[reference.x]["ax"].tolist()
    return reference


core(term("asgd@torch", {"lr": 1e-3}), of_torch("ASGD", lr=1e-3))
core(term("asgd", {"lr": 1e-3, "lambda": 0.1, "power": 0.9, "weightDecay": 0.05}, schedules=FALLING),
     of_torch("ASGD", lr=1e-3, lambd=0.1, alpha=0.9, weight_decay=0.05, falling=True))
core(term("asgd@average", {"lr": 1e-3, "lambda": 0.5}),
     averaged(of_torch("ASGD", lr=1e-3, lambd=0.5, t0=0)))
core(term("asgd", {"lr": 1e-3, "average": True, "averagingStart": 100, "power": 0.5}),
     averaged(of_torch("ASGD", lr=1e-3, t0=100, alpha=0.5)))

# qhm
add(term("qhm", {"lr": 2e-3}), of_pytorch_optimizer("QHM", lr=2e-3, momentum=0.999, nu=0.7))
add(term("qhm", {"lr": 2e-3, "momentum": 0.95, "nu": 0.8, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("QHM", lr=2e-3, momentum=0.95, nu=0.8, weight_decay=0.1, falling=True))
add(term("qhm", {"lr": 1e-3, "momentum": 0.9, "weightDecay": 0.2, "decoupled": True}),
    of_pytorch_optimizer("QHM", lr=1e-3, momentum=0.9, nu=0.7, weight_decay=0.2, weight_decouple=True))
add(term("qhm@pytorch-optimizer", {"weightDecay": 0.1}),
    of_pytorch_optimizer("QHM", lr=1e-3, weight_decay=0.1))

# aggmo
add(term("aggmo", {"lr": 1e-4}), of_pytorch_optimizer("AggMo", lr=1e-4))
add(term("aggmo", {"lr": 3e-4, "beta1": 0.5, "beta2": 0.8, "beta3": 0.95, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("AggMo", lr=3e-4, betas=(0.5, 0.8, 0.95), weight_decay=0.1, falling=True))
add(term("aggmo", {"lr": 1e-4, "weightDecay": 0.2, "decoupled": True}),
    of_pytorch_optimizer("AggMo", lr=1e-4, weight_decay=0.2, weight_decouple=True))
add(term("aggmo@pytorch-optimizer", {"beta3": 0.7}),
    of_pytorch_optimizer("AggMo", betas=(0.0, 0.9, 0.7)), "quadratic himmelblau")

# optimistic-gd
add(term("optimistic-gd@optax", {"lr": 3e-4}), of_optax("optimistic_gradient_descent", 3e-4))
add(term("optimistic-gd@optax", {"lr": 5e-4, "alpha": 0.8, "beta": 0.3, "weightDecay": 0.1}, schedules=FALLING),
    of_optax("optimistic_gradient_descent", 5e-4, falling=True, alpha=0.8, beta=0.3,
             before=[optax.add_decayed_weights(0.1)]))

# sgdw
add(term("sgdw", {"lr": 3e-4}), of_pytorch_optimizer("SGDW", lr=3e-4, momentum=0.9, weight_decay=1e-2))
add(term("sgdw", {"lr": 5e-4, "momentum": 0.8, "dampening": 0.1, "weightDecay": 0.3, "nesterov": True},
         schedules=FALLING),
    of_pytorch_optimizer("SGDW", lr=5e-4, momentum=0.8, dampening=0.1, weight_decay=0.3, nesterov=True,
                         falling=True))
add(term("sgdw@pytorch-optimizer", {"weightDecay": 0.3}), of_pytorch_optimizer("SGDW", weight_decay=0.3))

# pid
add(term("pid", {"lr": 5e-5}), of_pytorch_optimizer("PID", lr=5e-5, momentum=0.9))
add(term("pid@pytorch-optimizer", {"lr": 1e-4, "momentum": 0.8, "dampening": 0.1, "integral": 3.0, "derivative": 4.0,
                                   "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("PID", lr=1e-4, momentum=0.8, dampening=0.1, integral=3.0, derivative=4.0,
                         weight_decay=0.1, falling=True))
add(term("pid", {"lr": 5e-5, "weightDecay": 0.3, "decoupled": True}),
    of_pytorch_optimizer("PID", lr=5e-5, momentum=0.9, weight_decay=0.3, weight_decouple=True))

# pnm
add(term("pnm@pytorch-optimizer"), of_pytorch_optimizer("PNM"))
add(term("pnm", {"lr": 2e-3, "beta1": 0.8, "noise": 0.5, "weightDecay": 0.2}, schedules=FALLING),
    of_pytorch_optimizer("PNM", lr=2e-3, betas=(0.8, 0.5), weight_decay=0.2, falling=True))

# accsgd
add(term("accsgd", {"lr": 3e-4}), of_pytorch_optimizer("AccSGD", lr=3e-4))
add(term("accsgd@pytorch-optimizer", {"lr": 5e-4, "kappa": 200.0, "xi": 5.0, "constant": 0.6, "weightDecay": 0.1},
         schedules=FALLING),
    of_pytorch_optimizer("AccSGD", lr=5e-4, kappa=200.0, xi=5.0, constant=0.6, weight_decay=0.1,
                         falling=True))

# adai
add(term("adai@pytorch-optimizer"), of_pytorch_optimizer("Adai"))
add(term("adai", {"lr": 2e-3, "beta1": 0.2, "beta2": 0.9, "epsilon": 1e-2, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("Adai", lr=2e-3, betas=(0.2, 0.9), eps=1e-2, weight_decay=0.1, falling=True))
add(term("adai@author", {"lr": 1e-3, "weightDecay": 0.3, "decoupled": True}),
    of_pytorch_optimizer("Adai", lr=1e-3, weight_decay=0.3, weight_decouple=True))

golden.write()
