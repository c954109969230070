"""Golden data for coordinate-wise optimizers with a learning rate for each coordinate.

See golden.py for how to run this. What no library offers is transcribed below in NumPy from the authors'
published files: LiyuanLucasLiu/RAdam, juntang-zhuang/Adabelief-Optimizer, Luolc/AdaBound,
facebookresearch/qhoptim, iShohei220/adopt.
"""

import numpy as np
import optax
import optax.contrib

from golden import EVERYWHERE, LONG_SAMPLES, Golden, Transcribed, term
from libraries import FALLING, K, of_optax, of_pytorch_optimizer, of_torch

golden = Golden("adaptive")


def core(optimizer, reference, problems=EVERYWHERE, samples=LONG_SAMPLES, **limits):
    golden.add(optimizer, reference, problems, samples, **limits)


add = golden.add

# adadelta: where it ends in a cycle around the minimum, the last sample is left out
core(term("adadelta@torch", {"lr": 0.1}), of_torch("Adadelta", lr=0.1), least=10)
core(term("adadelta", {"decay": 0.95, "epsilon": 1e-5, "weightDecay": 0.01, "lr": 0.3}, schedules=FALLING),
     of_torch("Adadelta", lr=0.3, rho=0.95, eps=1e-5, weight_decay=0.01, falling=True),
     least=10)
core(term("adadelta@paper", {"lr": 0.1}), of_torch("Adadelta", lr=0.1, rho=0.95), least=10)
core(term("adadelta@optax", {"decay": 0.8, "epsilon": 1e-4, "weightDecay": 0.02, "lr": 0.05}, schedules=FALLING),
     of_optax("adadelta", 0.05, falling=True, rho=0.8, eps=1e-4, weight_decay=0.02))

# adamax
core(term("adamax@torch"), of_torch("Adamax"))
core(term("adamax", {"lr": 5e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3, "weightDecay": 0.05},
          schedules=FALLING),
     of_torch("Adamax", lr=5e-3, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.05, falling=True),
     least=10)
core(term("adamax@optax", {"lr": 2e-3, "beta2": 0.9}), of_optax("adamax", 2e-3, b2=0.9), least=10)
core(term("adamax@optax-adamaxw", {"lr": 0.01, "weightDecay": 0.1}, schedules=FALLING),
     of_optax("adamaxw", 0.01, falling=True, weight_decay=0.1))
core(term("adamax@optax-adamaxw", {"lr": 0.01}), of_optax("adamaxw", 0.01))

# nadam
core(term("nadam@torch"), of_torch("NAdam"))
core(term("nadam", {"lr": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4, "momentumDecay": 0.05,
                    "weightDecay": 0.05}, schedules=FALLING),
     of_torch("NAdam", lr=0.01, betas=(0.8, 0.99), eps=1e-4, momentum_decay=0.05, weight_decay=0.05,
              falling=True))
core(term("nadam", {"lr": 5e-3, "weightDecay": 0.1, "decoupled": True}),
     of_torch("NAdam", lr=5e-3, weight_decay=0.1, decoupled_weight_decay=True))
core(term("nadam@optax", {"lr": 5e-3, "beta1": 0.8, "epsilonRoot": 1e-3}, schedules=FALLING),
     of_optax("nadam", 5e-3, falling=True, b1=0.8, eps_root=1e-3))
core(term("nadam@optax-nadamw", {"lr": 5e-3}), of_optax("nadamw", 5e-3))
core(term("nadam@optax-nadamw", {"lr": 5e-3, "weightDecay": 0.1, "epsilon": 1e-3}),
     of_optax("nadamw", 5e-3, weight_decay=0.1, eps=1e-3))


# radam
def radam(x, g, s, t, _, lr=5e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    """LiyuanLucasLiu/RAdam, RAdam.step with degenerated_to_sgd=False."""
    s["v"] = beta2 * s.get("v", 0.0) + (1 - beta2) * g * g
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * g
    limit = 2 / (1 - beta2) - 1
    length = limit - 2 * t * beta2**t / (1 - beta2**t)
    if length < 5:
        return x
    rectification = ((1 - beta2**t) * (length - 4) / (limit - 4) * (length - 2) / length
                     * limit / (limit - 2)) ** 0.5
    x = x - weight_decay * lr * x
    return x - lr * rectification / (1 - beta1**t) * s["m"] / (np.sqrt(s["v"]) + epsilon)


core(term("radam@torch"), of_torch("RAdam"))
core(term("radam", {"lr": 5e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3, "weightDecay": 0.05},
          schedules=FALLING),
     of_torch("RAdam", lr=5e-3, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.05, falling=True))
core(term("radam", {"lr": 1e-3, "weightDecay": 0.1, "decoupled": True}),
     of_torch("RAdam", lr=1e-3, weight_decay=0.1, decoupled_weight_decay=True))
core(term("radam", {"lr": 1e-3, "beta2": 0.5}),
     of_torch("RAdam", lr=1e-3, betas=(0.9, 0.5)), "quadratic himmelblau")
core(term("radam@optax", {"lr": 5e-3, "epsilon": 1e-3, "epsilonRoot": 1e-4, "threshold": 8}, schedules=FALLING),
     of_optax("radam", 5e-3, falling=True, eps=1e-3, eps_root=1e-4, threshold=8.0))
core(term("radam@author", {"lr": 5e-3}), Transcribed("LiyuanLucasLiu/RAdam(5e-3)", radam),
     "rosenbrock quadratic himmelblau")
core(term("radam@author", {"lr": 2e-3, "epsilon": 1e-3, "weightDecay": 0.1, "beta2": 0.99}),
     Transcribed("LiyuanLucasLiu/RAdam(2e-3, (0.9, 0.99), 1e-3, 0.1)", lambda *a: radam(
         *a, lr=2e-3, epsilon=1e-3, weight_decay=0.1, beta2=0.99)))


# qhadam: pytorch_optimizer keeps its weights in single precision
def qhadam(x, g, s, t, _, lr=5e-3, betas=(0.9, 0.999), nus=(1.0, 1.0), epsilon=1e-8, weight_decay=0.0,
           decoupled=False):
    """facebookresearch/qhoptim, pyt/qhadam.py."""
    if decoupled:
        x = x * (1 - lr * weight_decay)
    else:
        g = g + weight_decay * x
    means = []
    for key, beta, value in (("m", betas[0], g), ("v", betas[1], g * g)):
        s[key + "w"] = 1.0 + beta * s.get(key + "w", 0.0)
        adjusted = 1.0 - 1.0 / s[key + "w"]
        s[key] = adjusted * s.get(key, 0.0) + (1.0 - adjusted) * value
        means.append(s[key])
    mean = nus[0] * means[0] + (1.0 - nus[0]) * g
    return x - lr * mean / (np.sqrt(nus[1] * means[1] + (1.0 - nus[1]) * g * g) + epsilon)


add(term("qhadam", {"lr": 5e-3}), Transcribed(
    "qhoptim.QHAdam(5e-3, (0.995, 0.999), (0.7, 1.0))",
    lambda *a: qhadam(*a, betas=(0.995, 0.999), nus=(0.7, 1.0))))
add(term("qhadam@author", {"lr": 5e-3}), Transcribed("qhoptim.QHAdam(5e-3)", qhadam))
add(term("qhadam", {"lr": 3e-3, "beta1": 0.8, "beta2": 0.99, "nu1": 0.6, "nu2": 0.9, "epsilon": 1e-3,
                    "weightDecay": 0.1}),
    Transcribed("qhoptim.QHAdam(3e-3, (0.8, 0.99), (0.6, 0.9), 0.1, eps=1e-3)", lambda *a: qhadam(
        *a, lr=3e-3, betas=(0.8, 0.99), nus=(0.6, 0.9), epsilon=1e-3, weight_decay=0.1)))
add(term("qhadam@author", {"lr": 3e-3, "nu1": 0.8, "weightDecay": 0.2, "decoupled": True}),
    Transcribed("qhoptim.QHAdam(3e-3, nus=(0.8, 1), 0.2, decoupled)", lambda *a: qhadam(
        *a, lr=3e-3, nus=(0.8, 1.0), weight_decay=0.2, decoupled=True)))


# adabelief
def adabelief(x, g, s, t, _, lr=5e-3, beta1=0.9, beta2=0.999, epsilon=1e-16, weight_decay=0.0,
              rectify=True, decoupled=True):
    """juntang-zhuang/Adabelief-Optimizer 0.2.0, AdaBelief.step."""
    if decoupled:
        x = x * (1.0 - lr * weight_decay)
    else:
        g = g + weight_decay * x
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * g
    s["s"] = beta2 * s.get("s", 0.0) + (1 - beta2) * (g - s["m"]) ** 2 + epsilon
    correction1, power = 1 - beta1**t, beta2**t
    if not rectify:
        return x - lr / correction1 * s["m"] / (np.sqrt(s["s"]) / np.sqrt(1 - power) + epsilon)
    limit = 2 / (1 - beta2) - 1
    length = limit - 2 * t * power / (1 - power)
    if length < 5:
        return x - lr / correction1 * s["m"]
    rectification = ((1 - power) * (length - 4) / (limit - 4) * (length - 2) / length
                     * limit / (limit - 2)) ** 0.5
    return x - lr * rectification / correction1 * s["m"] / (np.sqrt(s["s"]) + epsilon)


add(term("adabelief@optax", {"lr": 2e-3}), of_optax("adabelief", 2e-3), least=7)
add(term("adabelief@optax", {"lr": 5e-3, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3, "epsilonRoot": 1e-5,
                             "weightDecay": 0.1}, schedules=FALLING),
    of_optax("adabelief", 5e-3, falling=True, b1=0.8, b2=0.99, eps=1e-3, eps_root=1e-5,
             before=[optax.add_decayed_weights(0.1)]), least=7)
add(term("adabelief@paper", {"lr": 2e-3}),
    of_optax("adabelief", 2e-3, eps=1e-8, eps_root=1e-8), least=7)
add(term("adabelief@author", {"lr": 2e-3}),
    Transcribed("AdaBelief(2e-3)", lambda *a: adabelief(*a, lr=2e-3)), least=7)
add(term("adabelief@author", {"lr": 2e-3, "beta2": 0.99, "epsilon": 1e-4, "epsilonRoot": 1e-4,
                              "weightDecay": 0.2}),
    Transcribed("AdaBelief(2e-3, (0.9, 0.99), 1e-4, 0.2)", lambda *a: adabelief(
        *a, lr=2e-3, beta2=0.99, epsilon=1e-4, weight_decay=0.2)), least=7)
add(term("adabelief@paper", {"lr": 2e-3, "weightDecay": 0.1, "decoupled": True}),
    Transcribed("AdaBelief(2e-3, eps=1e-8, 0.1, rectify=False)", lambda *a: adabelief(
        *a, lr=2e-3, epsilon=1e-8, weight_decay=0.1, rectify=False)), least=7)

# yogi
add(term("yogi@optax", {"lr": 5e-3}), of_optax("yogi", 5e-3))
add(term("yogi@optax", {"lr": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-2}, schedules=FALLING),
    of_optax("yogi", 0.01, falling=True, b1=0.8, b2=0.99, eps=1e-2))
add(term("yogi@pytorch-optimizer", {"lr": 5e-3, "weightDecay": 0.1, "initialAccumulator": 0.1}),
    of_pytorch_optimizer("Yogi", lr=5e-3, weight_decay=0.1, initial_accumulator=0.1))
add(term("yogi", {"lr": 5e-3, "weightDecay": 0.1}),
    of_pytorch_optimizer("Yogi", lr=5e-3, weight_decay=0.1, weight_decouple=False))


# adabound
def adabound(x, g, s, t, _, lr=1e-3, final=0.1, betas=(0.9, 0.999), gamma=1e-3, epsilon=1e-8,
             weight_decay=0.0, amsbound=False, k=0.0):
    """Luolc/AdaBound, AdaBound.step, with a learning rate that falls as lr/(1 + k(t - 1))."""
    rate = lr / (1 + k * (t - 1))
    g = g + weight_decay * x
    s["m"] = betas[0] * s.get("m", 0.0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0.0) + (1 - betas[1]) * g * g
    square = s["v"]
    if amsbound:
        square = s["max"] = np.maximum(s.get("max", 0.0), square)
    size = rate * np.sqrt(1 - betas[1] ** t) / (1 - betas[0] ** t)
    last = final * rate / lr
    lower, upper = last * (1 - 1 / (gamma * t + 1)), last * (1 + 1 / (gamma * t))
    return x - np.clip(size / (np.sqrt(square) + epsilon), lower, upper) * s["m"]


add(term("adabound@author", {"finalLr": 1e-3}),
    Transcribed("AdaBound(1e-3, final_lr=1e-3)", lambda *a: adabound(*a, final=1e-3)))
add(term("adabound", {"lr": 2e-3, "finalLr": 5e-4, "gamma": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3,
                      "weightDecay": 0.1}, schedules=FALLING),
    Transcribed("AdaBound(2e-3, 5e-4, gamma=0.1, (0.8, 0.99), 1e-3, 0.1), falling", lambda *a: adabound(
        *a, lr=2e-3, final=5e-4, gamma=0.1, betas=(0.8, 0.99), epsilon=1e-3, weight_decay=0.1, k=K)))
add(term("adabound@amsbound", {"lr": 2e-3, "finalLr": 1e-3, "beta2": 0.9}),
    Transcribed("AdaBound(2e-3, 1e-3, (0.9, 0.9), amsbound)", lambda *a: adabound(
        *a, lr=2e-3, final=1e-3, betas=(0.9, 0.9), amsbound=True)))
add(term("adabound@pytorch-optimizer", {"lr": 2e-3, "finalLr": 1e-3, "gamma": 0.05, "weightDecay": 0.1,
                                        "amsgrad": True}, schedules=FALLING),
    of_pytorch_optimizer("AdaBound", lr=2e-3, final_lr=1e-3, gamma=0.05, weight_decay=0.1,
                         ams_bound=True, falling=True))

# adan
add(term("adan@pytorch-optimizer", {"lr": 3e-3}), of_pytorch_optimizer("Adan", lr=3e-3))
add(term("adan", {"lr": 5e-3, "beta1": 0.9, "beta2": 0.8, "beta3": 0.95, "epsilon": 1e-3, "weightDecay": 0.1},
         schedules=FALLING),
    of_pytorch_optimizer("Adan", lr=5e-3, betas=(0.9, 0.8, 0.95), eps=1e-3, weight_decay=0.1,
                         falling=True), least=9)
add(term("adan", {"lr": 3e-3, "weightDecay": 0.2, "proximal": False}),
    of_pytorch_optimizer("Adan", lr=3e-3, weight_decay=0.2, weight_decouple=True))
add(term("adan@optax", {"lr": 3e-3}), of_optax("adan", 3e-3))
add(term("adan@optax", {"lr": 5e-3, "beta2": 0.7, "epsilonRoot": 1e-3, "weightDecay": 0.1}, schedules=FALLING),
    of_optax("adan", 5e-3, falling=True, b2=0.7, eps_root=1e-3, weight_decay=0.1))


# adopt
def adopt(x, g, s, t, _, lr=5e-3, beta1=0.9, beta2=0.9999, epsilon=1e-6, weight_decay=0.0):
    """iShohei220/adopt as torch-adopt 0.1.0, single tensor, with decoupled weight decay."""
    if t == 1:
        s["m"], s["v"] = 0.0 * g, g * g
        return x
    x = x - lr * weight_decay * x
    limit = (t - 1) ** 0.25
    normed = np.clip(g / np.maximum(np.sqrt(s["v"]), epsilon), -limit, limit)
    s["m"] = s["m"] + (1 - beta1) * (normed - s["m"])
    s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
    return x - lr * s["m"]


# The first gradient of beale is exactly 0 in x, and adopt divides by it at the second step.
ELSEWHERE = "rosenbrock quadratic himmelblau"
add(term("adopt@optax", {"lr": 5e-3}), of_optax("adopt", 5e-3, module=optax.contrib), ELSEWHERE)
add(term("adopt@optax", {"lr": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1.0}, schedules=FALLING),
    of_optax("adopt", 0.01, falling=True, module=optax.contrib, b1=0.8, b2=0.99, eps=1.0))
add(term("adopt", {"lr": 5e-3, "clip": "none"}),
    of_optax("adopt", 5e-3, module=optax.contrib, use_clipping=False), ELSEWHERE)
add(term("adopt@pytorch-optimizer", {"lr": 3e-3, "weightDecay": 0.1, "beta2": 0.9}),
    of_pytorch_optimizer("ADOPT", lr=3e-3, weight_decay=0.1, betas=(0.9, 0.9)), ELSEWHERE, least=9)
add(term("adopt@author", {"lr": 5e-3, "weightDecay": 0.2, "decoupled": True}),
    Transcribed("iShohei220/adopt(5e-3, 0.2, decouple)", lambda *a: adopt(*a, weight_decay=0.2)), ELSEWHERE)

# ademamix
add(term("ademamix@pytorch-optimizer", {"lr": 2e-3}), of_pytorch_optimizer("AdEMAMix", lr=2e-3))
add(term("ademamix", {"lr": 3e-3, "beta1": 0.8, "beta2": 0.99, "beta3": 0.999, "alpha": 3, "epsilon": 1e-3,
                      "weightDecay": 0.1, "warmup": 300}, schedules=FALLING),
    of_pytorch_optimizer("AdEMAMix", lr=3e-3, betas=(0.8, 0.99, 0.999), alpha=3.0, eps=1e-3,
                         weight_decay=0.1, t_alpha_beta3=300, falling=True))
add(term("ademamix@optax", {"lr": 2e-3, "beta3": 0.99, "epsilonRoot": 1e-3, "weightDecay": 0.1}),
    of_optax("ademamix", 2e-3, module=optax.contrib, b3=0.99, eps_root=1e-3, weight_decay=0.1))
add(term("ademamix@author", {"lr": 2e-3, "weightDecay": 0.1}),
    of_optax("ademamix", 2e-3, module=optax.contrib, alpha=2.0, weight_decay=0.1))
add(term("ademamix@readme", {"lr": 1e-3}),
    of_optax("ademamix", 1e-3, module=optax.contrib, alpha=8.0))

# madgrad
SINGLE = {"tolerance": 1e-6, "why": "optax multiplies by a root of the step count in single precision"}
add(term("madgrad@author", {"lr": 5e-3}), of_pytorch_optimizer("MADGRAD", lr=5e-3))
add(term("madgrad", {"lr": 0.01, "momentum": 0.7, "epsilon": 1e-3, "weightDecay": 0.1}, schedules=FALLING),
    of_pytorch_optimizer("MADGRAD", lr=0.01, momentum=0.7, eps=1e-3, weight_decay=0.1, falling=True))
add(term("madgrad@optax", {"lr": 5e-3}), of_optax("madgrad", 5e-3, module=optax.contrib), **SINGLE)
add(term("madgrad@optax", {"lr": 0.01, "momentum": 0.7, "epsilon": 1e-3, "weightDecay": 0.1}, schedules=FALLING),
    of_optax("madgrad", 0.01, falling=True, module=optax.contrib, momentum=0.7, eps=1e-3,
             weight_decay=0.1), **SINGLE)
add(term("madgrad@pytorch-optimizer", {"weightDecay": 0.2}),
    of_pytorch_optimizer("MADGRAD", lr=1e-3, weight_decay=0.2))

# optimistic-adam
add(term("optimistic-adam@optax", {"lr": 3e-3}), of_optax("optimistic_adam_v2", 3e-3))
add(term("optimistic-adam@paper", {"lr": 5e-3, "alpha": 0.8, "beta": 0.5, "beta1": 0.8, "beta2": 0.99,
                                   "epsilon": 1e-3, "epsilonRoot": 1e-4}, schedules=FALLING),
    of_optax("optimistic_adam_v2", 5e-3, falling=True, alpha=0.8, beta=0.5, b1=0.8, b2=0.99, eps=1e-3,
             eps_root=1e-4, nesterov=False))

golden.write()
