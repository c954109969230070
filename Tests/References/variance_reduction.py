"""Golden data for gradients corrected by those of other steps.

See golden.py for how to run this. MARS is transcribed from AGI-Arena/MARS in NumPy.
"""

import numpy as np
import pytorch_optimizer
import torch

from golden import Golden, Torch, Transcribed, term, torch_steps

golden = Golden("variance_reduction")
SHAPES = [(4, 3), (3, 2, 2, 2), (5,)]


def halved(optimizer):
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=40, gamma=0.5)


# --- MARS


def mars(p, g, s, t, lr, betas=(0.95, 0.99), eps=1e-8, decay=0.0, gamma=0.025, lion=False):
    """update_fn of AGI-Arena/MARS for what it moves by its own rule."""
    m, v = s.get("m", np.zeros(p.shape)), s.get("v", np.zeros(p.shape))
    last = s.get("last", np.zeros(p.shape))
    b1, b2 = betas
    c = (g - last) * (gamma * (b1 / (1 - b1))) + g
    if np.linalg.norm(c) > 1:
        c = c / np.linalg.norm(c)
    m = b1 * m + (1 - b1) * c
    v = b2 * v + (1 - b2) * c * c
    s["m"], s["v"], s["last"] = m, v, g.copy()
    step = np.sign(m) if lion else m / ((np.sqrt(v) / np.sqrt(1 - b2**t) + eps) * (1 - b1**t))
    return p - lr * (decay * p + step)


def author_mars(lr, lr_1d=3e-3, betas_1d=(0.9, 0.95), decay_1d=0.1, **arguments):
    def make(tensors):
        states, t = [{} for _ in tensors], 0
        vectors = [x for x in tensors if x.dim() < 2]
        adamw = torch.optim.AdamW(vectors, lr=lr_1d, betas=betas_1d, weight_decay=decay_1d)

        def step(gradients):
            nonlocal t
            t += 1
            for x, g, s in zip(tensors, gradients, states):
                if x.dim() < 2:
                    x.grad = g
                else:
                    x.copy_(torch.tensor(mars(x.numpy(), g.numpy(), s, t, lr, **arguments)))
            adamw.step()

        return step

    return make


golden.add(term("mars"), Transcribed(
    "AGI-Arena/MARS()", lambda x, g, s, t, _: mars(x, g, s, t, 3e-3)), least=5)
golden.add(term("mars@author", {"lr": 0.005, "beta1": 0.9, "beta2": 0.95, "gamma": 0.1, "epsilon": 1e-3,
                                "weightDecay": 0.2}),
           Transcribed("AGI-Arena/MARS(0.005, (0.9, 0.95), 1e-3, 0.2, gamma 0.1)",
                       lambda x, g, s, t, _: mars(x, g, s, t, 0.005, (0.9, 0.95), 1e-3, 0.2, 0.1)),
           least=5)
golden.add(term("mars@lion", {"lr": 0.01, "weightDecay": 0.1}),
           Transcribed("AGI-Arena/MARS(0.01, decay 0.1, mars-lion)",
                       lambda x, g, s, t, _: mars(x, g, s, t, 0.01, decay=0.1, lion=True)), least=5)
golden.add(term("mars@pytorch-optimizer", {"lr": 0.02, "epsilon": 1e-3, "weightDecay": 0.1},
                schedules=[("lr", "step", {"gamma": 0.5, "every": 40})]),
           Torch("pytorch_optimizer.MARS(0.02, eps 1e-3, decay 0.1, optimize_1d) of a schedule",
                 lambda x: pytorch_optimizer.MARS([x], lr=0.02, eps=1e-3, weight_decay=0.1,
                                                  optimize_1d=True), schedule=halved), least=5)
golden.add_tensors(term("mars", {"lr": 0.02, "vectorRate": 0.5, "weightDecay": 0.1}),
                   "AGI-Arena/MARS(0.02, decay 0.1), vectors by AdamW(0.01)", SHAPES,
                   author_mars(0.02, 0.01, decay=0.1))
golden.add_tensors(term("mars", {"lr": 0.02, "vectorBeta1": 0.8, "vectorBeta2": 0.99,
                                 "vectorDecay": 0.3}),
                   "AGI-Arena/MARS(0.02), vectors by AdamW(0.02, (0.8, 0.99), 0.3)", SHAPES,
                   author_mars(0.02, 0.02, (0.8, 0.99), 0.3))
golden.add_tensors(term("mars@pytorch-optimizer", {"lr": 0.02, "gamma": 0.1}),
                   "pytorch_optimizer.MARS(0.02, gamma 0.1)", SHAPES,
                   torch_steps(lambda xs: pytorch_optimizer.MARS(xs, lr=0.02, lr_1d=0.02, gamma=0.1)))
golden.add_tensors(term("mars@pytorch-optimizer", {"lr": 0.02, "vectors": True}),
                   "pytorch_optimizer.MARS(0.02, optimize_1d)", SHAPES,
                   torch_steps(lambda xs: pytorch_optimizer.MARS(xs, lr=0.02, optimize_1d=True)))

golden.write()
