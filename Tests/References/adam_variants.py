"""Golden data for further coordinate-wise optimizers around Adam and AdaGrad.

See golden.py for how to run this. What no library offers is transcribed below in NumPy from the authors'
published files: Z-T-WANG/LaProp-Optimizer, shivram1987/diffGrad, lancopku/AdaMod, uclaml/Padam.
"""

import numpy as np
import optax.contrib

from golden import Golden, Transcribed, term
from libraries import FALLING, of_optax, of_pytorch_optimizer

golden = Golden("adam_variants")
add = golden.add
# The first gradient of beale is exactly 0 in x, and some divide by it at the second step.
ELSEWHERE = "rosenbrock quadratic himmelblau"


# laprop
def laprop(x, g, s, t, _, lr, beta1, beta2, epsilon, weight_decay):
    """Z-T-WANG/LaProp-Optimizer, with a constant learning rate, and a decay of x by lr weight_decay
    where that file takes weight_decay of the new x."""
    s["v"] = beta2 * s.get("v", 0.0) + (1 - beta2) * g * g
    scaled = g / (np.sqrt(s["v"] / (1 - beta2**t)) + epsilon)
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * lr * scaled
    return x - s["m"] / (1 - beta1**t) - lr * weight_decay * x


add(term("laprop@pytorch-optimizer", {"lr": 2e-3}), of_pytorch_optimizer("LaProp", lr=2e-3),
    ELSEWHERE, least=8)
add(term("laprop", {"lr": 3e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 0.1, "weightDecay": 0.2}),
    Transcribed("LaProp(3e-3, (0.8, 0.99), 0.1, 0.2)", lambda *a: laprop(*a, 3e-3, 0.8, 0.99, 0.1, 0.2)))


# diffgrad
def diffgrad(x, g, s, t, _, lr, beta1, beta2, epsilon, weight_decay):
    """shivram1987/diffGrad, diffGrad_v2.py."""
    g = g + weight_decay * x
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0.0) + (1 - beta2) * g * g
    friction = 1.0 / (1.0 + np.exp(-np.abs(s.get("g", 0.0) - g)))
    s["g"] = g
    size = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return x - size * s["m"] * friction / (np.sqrt(s["v"]) + epsilon)


add(term("diffgrad@pytorch-optimizer", {"lr": 3e-3, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("DiffGrad", lr=3e-3, weight_decay=0.1, falling=True))
add(term("diffgrad@author", {"lr": 3e-3}), Transcribed(
    "diffGrad(3e-3)", lambda *a: diffgrad(*a, 3e-3, 0.9, 0.999, 1e-8, 0.0)))
add(term("diffgrad@author", {"lr": 3e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-2, "weightDecay": 0.1}),
    Transcribed("diffGrad(3e-3, (0.8, 0.99), 1e-2, 0.1)",
                lambda *a: diffgrad(*a, 3e-3, 0.8, 0.99, 1e-2, 0.1)))

# ftrl
add(term("ftrl@pytorch-optimizer", {"lr": 0.01}), of_pytorch_optimizer("FTRL", lr=0.01), least=8)
add(term("ftrl", {"lr": 0.05, "beta": 0.5, "lambda1": 0.3, "lambda2": 0.2}, schedules=FALLING),
    of_pytorch_optimizer("FTRL", lr=0.05, beta=0.5, lambda_1=0.3, lambda_2=0.2, falling=True), least=7)
add(term("ftrl", {"lr": 0.01, "lambda1": 200.0}), of_pytorch_optimizer("FTRL", lr=0.01, lambda_1=200.0), least=3)

# acprop
add(term("acprop@optax", {"lr": 1e-3}), of_optax("acprop", 1e-3, module=optax.contrib), ELSEWHERE, least=5)
add(term("acprop", {"lr": 2e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1.0, "epsilonRoot": 1e-2,
                    "weightDecay": 0.1}, schedules=FALLING),
    of_optax("acprop", 2e-3, falling=True, module=optax.contrib, b1=0.8, b2=0.99, eps=1.0,
             eps_root=1e-2, weight_decay=0.1))


# adamod
def adamod(x, g, s, t, _, lr, beta1, beta2, beta3, epsilon, weight_decay=0.0):
    """lancopku/AdaMod, adamod.py."""
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0.0) + (1 - beta2) * g * g
    size = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) / (np.sqrt(s["v"]) + epsilon)
    s["s"] = beta3 * s.get("s", 0.0) + (1 - beta3) * size
    return x - lr * weight_decay * x - np.minimum(size, s["s"]) * s["m"]


add(term("adamod@author", {"lr": 5e-3}), Transcribed(
    "AdaMod(5e-3)", lambda *a: adamod(*a, 5e-3, 0.9, 0.999, 0.999, 1e-8)))
add(term("adamod@author", {"lr": 5e-3, "weightDecay": 0.1}), Transcribed(
    "AdaMod(5e-3, decay 0.1)", lambda *a: adamod(*a, 5e-3, 0.9, 0.999, 0.999, 1e-8, 0.1)))
add(term("adamod@pytorch-optimizer", {"lr": 0.01, "beta3": 0.99, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("AdaMod", lr=0.01, betas=(0.9, 0.99, 0.99), weight_decay=0.1, falling=True))
add(term("adamod", {"lr": 5e-3, "beta1": 0.8, "epsilon": 1e-2, "weightDecay": 0.1}),
    of_pytorch_optimizer("AdaMod", lr=5e-3, betas=(0.8, 0.999, 0.999), eps=1e-2, weight_decay=0.1,
                         weight_decouple=False))


# padam
def padam(x, g, s, t, _, lr, partial):
    """uclaml/Padam, with amsgrad."""
    s["m"] = 0.9 * s.get("m", 0.0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0.0) + (1 - 0.999) * g * g
    s["max"] = np.maximum(s.get("max", 0.0), s["v"])
    size = lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return x - size * s["m"] / (np.sqrt(s["max"]) + 1e-8) ** (2 * partial)


add(term("padam@pytorch-optimizer", {"lr": 5e-3}), of_pytorch_optimizer("PAdam", lr=5e-3))
add(term("padam", {"lr": 5e-3, "partial": 0.3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-2, "weightDecay": 0.1},
         schedules=FALLING),
    of_pytorch_optimizer("PAdam", lr=5e-3, partial=0.3, betas=(0.8, 0.99), eps=1e-2, weight_decay=0.1,
                         falling=True))
add(term("padam", {"lr": 3e-3, "weightDecay": 0.2, "decoupled": True}),
    of_pytorch_optimizer("PAdam", lr=3e-3, weight_decay=0.2, weight_decouple=True))
add(term("padam@author", {"lr": 5e-3}), Transcribed(
    "uclaml/Padam(5e-3)", lambda *a: padam(*a, 5e-3, 0.25)))
add(term("padam@paper", {"lr": 2e-3}), Transcribed(
    "uclaml/Padam(2e-3, partial=1/8, amsgrad)", lambda *a: padam(*a, 2e-3, 0.125)))

# grams
add(term("grams@pytorch-optimizer", {"lr": 2e-3}), of_pytorch_optimizer("Grams", lr=2e-3), least=7)
add(term("grams", {"lr": 3e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-2, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("Grams", lr=3e-3, betas=(0.8, 0.99), eps=1e-2, weight_decay=0.1, falling=True),
    least=7)

# simplified-ademamix
add(term("simplified-ademamix@optax", {"lr": 3e-5}),
    of_optax("simplified_ademamix", 3e-5, module=optax.contrib))
add(term("simplified-ademamix", {"lr": 1e-4, "beta1": 0.9, "beta2": 0.99, "alpha": 2.0, "epsilon": 1e-2,
                                 "epsilonRoot": 1e-3, "weightDecay": 0.5}, schedules=FALLING),
    of_optax("simplified_ademamix", 1e-4, falling=True, module=optax.contrib, b1=0.9, b2=0.99, alpha=2.0,
             eps=1e-2, eps_root=1e-3, weight_decay=0.5))

golden.write()
