"""References that are one optimizer of a library, with or without a falling learning rate.

Each function makes one from the library's own name and arguments; its text is that call. `falling=k` lets
the learning rate fall as the lab's inverse-time schedule does, lr/(1 + kt) after t steps: `FALLING` is
what the lab is asked for then, with k = 0.01.
"""

import optax
import optax.contrib
import pytorch_optimizer
import torch

import golden

K = 0.01
FALLING = [("lr", "inverse-time", {"k": K})]


def call(name, arguments, falling=False):
    text = name + "(" + ", ".join(f"{k}={v}" for k, v in arguments.items()) + ")"
    return text + f", lr/(1 + {K}t)" if falling else text


def optimizer(module, name, falling=False, **arguments):
    def make(x):
        return getattr(module, name)([x], foreach=False, **arguments)

    vary = {"lr": lambda t: arguments["lr"] / (1 + K * t)} if falling else None
    return golden.Torch(call(f"{module.__name__}.{name}", arguments, falling), make, vary=vary)


def of_torch(name, falling=False, **arguments):
    """torch.optim.`name`."""
    return optimizer(torch.optim, name, falling, **arguments)


def of_pytorch_optimizer(name, falling=False, **arguments):
    """pytorch_optimizer.`name`."""
    return optimizer(pytorch_optimizer, name, falling, **arguments)


def of_optax(name, lr, falling=False, module=optax, before=(), **arguments):
    """optax.`name`; `before` are transformations of the gradient before it."""
    rate = (lambda t: lr / (1 + K * t)) if falling else lr
    made = getattr(module, name)(rate, **arguments)
    text = call(f"{module.__name__}.{name}", {"lr": lr} | arguments, falling)
    return golden.Optax(text, optax.chain(*before, made))
