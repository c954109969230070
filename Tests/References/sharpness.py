"""Golden data for sharpness-aware wrappers: what their references compute, step by step.

See golden.py for how to run this. SamsungLabs/ASAM is not on PyPI; its two steps are transcribed here.
pytorch_optimizer's global norm is of single precision, and here it is given one of double precision.
"""

import numpy as np
import pytorch_optimizer
import pytorch_optimizer.optimizer.sam
import torch

from golden import EVERYWHERE, Golden, Torch, Transcribed, term

golden = Golden("sharpness")
add = golden.add


def squared_norm(groups, *_, weight_adaptive=False):
    """get_global_gradient_norm, without its cast to float32."""
    squares = [
        ((p.abs() * p.grad if weight_adaptive and group.get("adaptive") else p.grad) ** 2).sum()
        for group in groups for p in group["params"]
    ]
    return torch.stack(squares).sum().reshape(1)


pytorch_optimizer.optimizer.sam.get_global_gradient_norm = squared_norm


class Sharp(Torch):
    """An optimizer of pytorch_optimizer that takes its own second gradient."""

    def __init__(self, text, make):
        super().__init__(text, make, closure=True)


class GSAM(Torch):
    """pytorch_optimizer.GSAM asks for outputs and losses, and for a schedule of its distance."""

    def __init__(self, text, make, rho, alpha):
        super().__init__(text, make)
        self.base, self.rho, self.alpha = make, rho, alpha

    def start(self, x):
        class Constant:
            def step(schedule):
                return self.rho

        self.make = lambda x: pytorch_optimizer.GSAM(
            [x], self.base(x), torch.nn.Module(), Constant(), alpha=self.alpha)
        super().start(x)

    def step(self, x, evaluate):
        self.x.data.copy_(torch.tensor(x))

        def closure():
            loss, g = evaluate(self.x.tolist())
            self.x.grad = torch.tensor(g)
            return None, torch.tensor(loss)

        self.optimizer.step(closure)
        return self.x.tolist()


# near the floor of a valley these go from side to side, and their paths become chaotic
SGD = {"lr": 3e-4, "momentum": 0.9}
for name, settings, arguments in (
        ("sam@pytorch-optimizer", {}, {}),
        ("sam@asam", {"rho": 0.1}, {"rho": 0.1, "adaptive": True})):
    add(term(name, settings, term("momentum", {"lr": 3e-4})),
        Sharp(f"pytorch_optimizer.SAM({arguments}), SGD(3e-4, 0.9)",
              lambda x, a=arguments: pytorch_optimizer.SAM([x], torch.optim.SGD, **a, **SGD)),
        EVERYWHERE, least=4)
add(term("sam@pytorch-optimizer", {"rho": 0.02, "epsilon": 0.3}, term("adam", {"lr": 5e-3})),
    Sharp("pytorch_optimizer.SAM(0.02, perturb_eps=0.3), Adam(5e-3)",
          lambda x: pytorch_optimizer.SAM([x], torch.optim.Adam, rho=0.02, perturb_eps=0.3, lr=5e-3)),
    EVERYWHERE, least=4)


def samsung(x, g, s, t, evaluate, rho, eta):
    size = np.abs(x) + eta
    norm = np.linalg.norm(size * g) + 1e-16
    near = x + size * (size * g) * (rho / norm)
    return x - 1e-3 * np.array(evaluate([float(v) for v in near])[1])


for settings, rho, eta in (({}, 0.5, 0.01), ({"rho": 0.05, "eta": 0.2}, 0.05, 0.2)):
    add(term("sam@samsung", settings, term("sgd", {"lr": 1e-3})),
        Transcribed(f"SamsungLabs/ASAM({rho}, {eta}), SGD(1e-3)",
                    lambda x, g, s, t, evaluate, rho=rho, eta=eta: samsung(
                        x, g, s, t, evaluate, rho, eta)), EVERYWHERE, least=3)

for settings, arguments in (({}, {}), ({"rho": 0.02, "k": 3, "alpha": 0.4},
                                       {"rho": 0.02, "k": 3, "alpha": 0.4})):
    for inner, optimizer, more, where in (
            ("momentum", torch.optim.SGD, SGD, EVERYWHERE),
            # on himmelblau v is a difference of almost equal vectors
            ("adam", torch.optim.Adam, {"lr": 5e-3}, "rosenbrock quadratic beale")):
        add(term("looksam@pytorch-optimizer", settings, term(inner, {"lr": more["lr"]})),
            Sharp(f"pytorch_optimizer.LookSAM({arguments}), {inner}",
                  lambda x, o=optimizer, a=arguments, m=more: pytorch_optimizer.LookSAM(
                      [x], o, **a, **m)), where, least=4)
add(term("looksam@paper", {"rho": 0.02}, term("momentum", {"lr": 3e-4})),
    Sharp("pytorch_optimizer.LookSAM(0.02, k=5), SGD(3e-4, 0.9)",
          lambda x: pytorch_optimizer.LookSAM([x], torch.optim.SGD, rho=0.02, k=5, **SGD)), EVERYWHERE,
    least=4)

for settings, rho, alpha in (({}, 0.05, 0.4), ({"rho": 0.02, "alpha": 0.1}, 0.02, 0.1)):
    add(term("gsam", settings, term("momentum", {"lr": 3e-4})),
        GSAM(f"pytorch_optimizer.GSAM({rho}, {alpha}), SGD(3e-4, 0.9)",
             lambda x: torch.optim.SGD([x], lr=3e-4, momentum=0.9), rho, alpha), EVERYWHERE, least=4)
add(term("gsam@pytorch-optimizer", {}, term("adam", {"lr": 5e-3})),
    GSAM("pytorch_optimizer.GSAM(0.05, 0.4), Adam(5e-3)",
         lambda x: torch.optim.Adam([x], lr=5e-3), 0.05, 0.4), EVERYWHERE, least=4)

golden.write()
