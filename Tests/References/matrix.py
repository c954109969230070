"""Golden data of matrix methods: what their references compute, step by step.

See golden.py for how to run this. Sources of pytorch_optimizer that compute in lower precision within are
compiled here without that cast. Facebook's distributed_shampoo, which is no package, is transcribed
below in NumPy: its `_per_group_step_impl`, `merge_small_dims`, and the inverse roots by
eigendecomposition.

What is compared must not depend on the choice of eigenvectors. Signs cancel in every method here, but
an eigenspace of several dimensions has no basis of its own, and SOAP's Adam depends on it: so SOAP is
compared where all statistics of the first gradient have full rank, on square matrices, on kernels
whose dimensions are smaller than the rest, and with bases on the shorter side only.
"""

import inspect
import itertools
import math
import textwrap

import numpy as np
import pytorch_optimizer
import pytorch_optimizer.optimizer.psgd as po_psgd
import pytorch_optimizer.optimizer.scion as po_scion
import pytorch_optimizer.optimizer.soap as po_soap
import pytorch_optimizer.optimizer.utils.galore as po_galore
import pytorch_optimizer.optimizer.utils.matrix as po_matrix
import torch
import torch.optim._muon as torch_muon

from golden import EVERYWHERE, Golden, Torch, Transcribed, term, torch_steps

golden = Golden("matrix")


def without(owner, name, cast, module, instead):
    """Compiles a function or method of a package anew, with a cast to fewer digits replaced."""
    source = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    assert source.count(cast) == 1, (name, cast)
    space = dict(module.__dict__)
    exec(source.replace(cast, instead), space)
    setattr(owner, name, space[name])


def signed_svd(a):
    """Singular vectors whose largest elements are positive, so that they are those of any LAPACK."""
    u, s, v = torch.linalg.svd(a, full_matrices=False)
    vectors = v if len(u) >= v.shape[1] else u.T
    signs = torch.sign(vectors[torch.arange(len(vectors)), vectors.abs().argmax(1)])
    return u * signs, s, v * signs[:, None]


po_galore.signed_svd = signed_svd
without(po_soap.SOAP, "get_orthogonal_matrix_qr", "power_iter.to(torch.float32)", po_soap, "power_iter")
without(po_psgd, "solve_triangular_right", """    x = x.to(dtype=torch.float32, non_blocking=True)
    a = a.to(dtype=torch.float32, non_blocking=True)
""", po_psgd, "")
newton_schulz = po_matrix.zero_power_via_newton_schulz_5
assert newton_schulz.__defaults__[-1] == torch.bfloat16
newton_schulz.__defaults__ = (*newton_schulz.__defaults__[:-1], torch.float64)
without(po_galore.GaLoreProjector, "get_orthogonal_matrix",
        "torch.linalg.svd(weights if is_float else weights.float(), full_matrices=False)", po_galore,
        "signed_svd(weights)")
without(torch_muon, "_zeropower_via_newtonschulz", "grad.to(dtype=torch.bfloat16, copy=True)",
        torch_muon, "grad.clone()")

# --- shampoo --------------------------------------------------------------------------------------


def inverse_root(a, root, epsilon):
    values, vectors = np.linalg.eigh(a + epsilon * np.eye(len(a)))
    if values.min() < epsilon:
        values = values - values.min() + epsilon
    return (vectors * values ** (-1.0 / root)) @ vectors.T


class Facebook:
    """distributed_shampoo, on a list of arrays."""

    def __init__(self, lr=0.01, betas=(0.9, 1.0), epsilon=1e-12, momentum=0.0, nesterov=False,
                 weight_decay=0.0, decoupled=True, bias_correction=True, frequency=1, largest=1024,
                 merge=True, graft=None, graft_beta2=0.999, graft_epsilon=1e-8):
        self.__dict__.update(locals())
        self.t, self.state = 0, {}

    def blocks(self, x):
        """The boxes of a tensor, as views."""
        shape = [n for n in x.shape if n != 1] or [1] if self.merge else list(x.shape)
        merged = shape[:1]
        for n in shape[1:]:
            if self.merge and merged[-1] * n <= self.largest:
                merged[-1] *= n
            else:
                merged.append(n)
        x = x.reshape(merged)
        cuts = [[slice(i, i + self.largest) for i in range(0, n, self.largest)] for n in merged]
        return [x[box] for box in itertools.product(*cuts)]

    def step(self, parameters, gradients):
        self.t += 1
        for k, (x, g) in enumerate(zip(parameters, gradients)):
            for j, (p, b) in enumerate(zip(self.blocks(x), self.blocks(g))):
                self.move(p, b, self.state.setdefault((k, j), {}))

    def move(self, x, g, s):
        t, (beta1, beta2) = self.t, self.betas
        if not self.decoupled:
            g = g + self.weight_decay * x
        factors = s.setdefault("factors", [np.zeros((n, n)) for n in x.shape])
        for axis, factor in enumerate(factors):
            others = [i for i in range(x.ndim) if i != axis]
            factor *= beta2
            factor += (1 - beta2 if beta2 < 1 else 1) * np.tensordot(g, g, (others, others))
        if self.graft in ("adagrad", "rmsprop", "adam"):
            decay = 1.0 if self.graft == "adagrad" else self.graft_beta2
            s["v"] = decay * s.get("v", 0.0) + (1 - decay if decay < 1 else 1) * g * g
        if t % self.frequency == 0:
            correction = 1 - beta2**t if self.bias_correction and beta2 < 1 else 1.0
            s["roots"] = [inverse_root(f / correction, 2 * x.ndim, self.epsilon) for f in factors]
        if beta1:
            s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * g
            g = s["m"] / (1 - beta1**t if self.bias_correction else 1)
        p = g
        for root in s.get("roots", []):
            p = np.tensordot(p, root, ([0], [0]))
        if self.graft:
            lent = g
            if self.graft != "sgd":
                correction = 1 - self.graft_beta2**t if self.graft == "adam" else 1
                lent = g / (np.sqrt(s["v"] / correction) + self.graft_epsilon)
            p = (p * np.linalg.norm(lent) / (np.linalg.norm(p) + 1e-16)
                 if t >= self.frequency else lent)
        if self.decoupled:
            p = p + self.weight_decay * x
        if self.momentum:
            s["momentum"] = self.momentum * s.get("momentum", 0.0) + p
            p = p + self.momentum * s["momentum"] if self.nesterov else s["momentum"]
        x -= self.lr * p


def facebook(**arguments):
    """Its steps on torch tensors."""

    def make(tensors):
        shampoo = Facebook(**arguments)
        return lambda gradients: shampoo.step(
            [x.numpy() for x in tensors], [g.numpy() for g in gradients])

    return make


def facebook_on_surface(text, schedule=None, **arguments):
    def update(x, g, s, t, evaluate):
        shampoo = s.setdefault("shampoo", Facebook(**arguments))
        if schedule:
            shampoo.lr = schedule(t)
        shampoo.step([x], [g])
        return x

    return Transcribed(text, update)


def on_surface(text, make, **arguments):
    return Torch(text, lambda x: make([x]), **arguments)


MIXED = [(3, 5), (3,), (4, 3, 2, 2), (4,), (6, 2)]


def shampoo_cases():
    add, tensors = golden.add, golden.add_tensors
    # On surfaces: Adagrad with full matrices.
    add(term("shampoo", {"epsilon": 1e-6}), facebook_on_surface(
        "distributed_shampoo(epsilon=1e-6)", epsilon=1e-6), "rosenbrock beale himmelblau")
    add(term("shampoo", {"epsilon": 1e-6}), facebook_on_surface(
        "distributed_shampoo(epsilon=1e-6)", epsilon=1e-6), "quadratic", tolerance=1e-11,
        why="a statistic of 1e5 has small eigenvalues to 1e-11, as each LAPACK rounds them")
    add(term("shampoo@facebook",
             {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weightDecay": 0.1}),
        facebook_on_surface("distributed_shampoo(0.02, (0.8, 0.95), 1e-4, weight_decay=0.1)", lr=0.02,
                            betas=(0.8, 0.95), epsilon=1e-4, weight_decay=0.1), EVERYWHERE, least=6)
    add(term("shampoo@facebook", {"epsilon": 1e-4, "momentum": 0.5, "nesterov": True},
             schedules=[("lr", "exponential", {"k": 0.01})]),
        facebook_on_surface("distributed_shampoo(epsilon=1e-4, momentum=0.5, nesterov), exponential",
                            schedule=lambda t: 0.01 * math.exp(-0.01 * (t - 1)), epsilon=1e-4,
                            momentum=0.5, nesterov=True), EVERYWHERE)
    add(term("shampoo@pytorch-optimizer", {"lr": 0.05, "weightDecay": 0.01}),
        on_surface("pytorch_optimizer.Shampoo(0.05, weight_decay=0.01)",
                   lambda x: pytorch_optimizer.Shampoo(x, lr=0.05, weight_decay=0.01)),
        "rosenbrock beale himmelblau")
    # A statistic of 1e5 has small eigenvalues to 1e-11, too much for an epsilon of 1e-6.
    add(term("shampoo@pytorch-optimizer", {"lr": 0.05, "epsilon": 1.0}),
        on_surface("pytorch_optimizer.Shampoo(0.05, matrix_eps=1)",
                   lambda x: pytorch_optimizer.Shampoo(x, lr=0.05, matrix_eps=1.0)), "quadratic")
    add(term("shampoo@paper"),
        on_surface("pytorch_optimizer.Shampoo(0.1, matrix_eps=1e-4)",
                   lambda x: pytorch_optimizer.Shampoo(x, lr=0.1, matrix_eps=1e-4)), EVERYWHERE, least=6)
    # On tensors.
    for shapes in ((4, 4), (6, 3), (3, 7), (4, 3, 2, 2), MIXED):
        tensors(term("shampoo@pytorch-optimizer", {"lr": 0.05, "epsilon": 1e-2, "weightDecay": 0.1}),
                "pytorch_optimizer.Shampoo(0.05, matrix_eps=1e-2, weight_decay=0.1)", shapes,
                torch_steps(lambda x: pytorch_optimizer.Shampoo(
                    x, lr=0.05, matrix_eps=1e-2, weight_decay=0.1)))
        tensors(term("shampoo@facebook", {"epsilon": 1e-2}), "distributed_shampoo(epsilon=1e-2)",
                shapes, facebook(epsilon=1e-2))
        tensors(term("shampoo@facebook", {"epsilon": 1e-3, "merge": False, "beta2": 0.9}),
                "distributed_shampoo((0.9, 0.9), 1e-3, use_merge_dims=False)", shapes,
                facebook(betas=(0.9, 0.9), epsilon=1e-3, merge=False))
    tensors(term("shampoo@paper", {"lr": 0.02, "epsilon": 1e-2}),
            "pytorch_optimizer.Shampoo(0.02, matrix_eps=1e-2)", MIXED,
            torch_steps(lambda x: pytorch_optimizer.Shampoo(x, lr=0.02, matrix_eps=1e-2)))
    tensors(term("shampoo", {"merge": False}), "distributed_shampoo(use_merge_dims=False)", (2, 2),
            facebook(merge=False))
    for largest in (2, 4, 6):
        tensors(term("shampoo", {"epsilon": 1e-2, "dimension": largest}),
                f"distributed_shampoo(epsilon=1e-2, max_preconditioner_dim={largest})", MIXED,
                facebook(epsilon=1e-2, largest=largest))
        tensors(term("shampoo", {"epsilon": 1e-2, "dimension": largest, "merge": False}),
                f"distributed_shampoo(epsilon=1e-2, max_preconditioner_dim={largest}, "
                "use_merge_dims=False)", [(7, 5), (5, 3, 4)],
                facebook(epsilon=1e-2, largest=largest, merge=False))
    for graft in ("sgd", "adagrad", "rmsprop", "adam"):
        tensors(term("shampoo", {"epsilon": 1e-2, "grafting": graft, "graftBeta2": 0.9,
                                 "graftEpsilon": 1e-3, "merge": False, "every": 3}),
                f"distributed_shampoo(epsilon=1e-2, grafting {graft}(0.9, 1e-3), every 3)", MIXED,
                facebook(epsilon=1e-2, graft=graft, graft_beta2=0.9, graft_epsilon=1e-3, merge=False,
                         frequency=3))
    tensors(term("shampoo", {"epsilon": 1e-2, "beta1": 0.7, "beta2": 0.8, "biasCorrection": False,
                             "decoupled": False, "weightDecay": 0.2, "momentum": 0.6}),
            "distributed_shampoo((0.7, 0.8), 1e-2, momentum=0.6, weight_decay=0.2, coupled, uncorrected)",
            MIXED, facebook(betas=(0.7, 0.8), epsilon=1e-2, momentum=0.6, weight_decay=0.2,
                            decoupled=False, bias_correction=False))


# --- soap -----------------------------------------------------------------------------------------


def soap(**arguments):
    return lambda x: pytorch_optimizer.SOAP(x, **arguments)


def soap_cases():
    """The first gradient is diagonal in its own eigenbases, and so is the second, which is the same: a
    small epsilon would divide rounding by rounding there."""
    add, tensors = golden.add, golden.add_tensors
    add(term("soap", {"lr": 0.01}), on_surface("pytorch_optimizer.SOAP(0.01)", soap(lr=0.01)),
        "rosenbrock quadratic himmelblau", least=5)
    add(term("soap@author", {"lr": 0.02, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-2,
                             "weightDecay": 0.1, "biasCorrection": False}),
        on_surface("pytorch_optimizer.SOAP(0.02, (0.9, 0.99), eps=1e-2, weight_decay=0.1, uncorrected)",
                   soap(lr=0.02, betas=(0.9, 0.99), eps=1e-2, weight_decay=0.1, correct_bias=False)),
        EVERYWHERE, least=5)
    add(term("soap@pytorch-optimizer", {"vectors": True, "every": 7, "epsilon": 1e-2},
             schedules=[("lr", "exponential", {"k": 0.01})]),
        on_surface("pytorch_optimizer.SOAP(precondition_1d, every 7, eps=1e-2), exponential",
                   soap(precondition_1d=True, precondition_frequency=7, eps=1e-2),
                   vary={"lr": lambda t: 3e-3 * math.exp(-0.01 * t)}), EVERYWHERE, least=5)
    for shapes in ((4, 4), [(5, 5), (5,), (2, 2)], [(4, 3, 2, 2), (4,)], (2, 3, 4)):
        tensors(term("soap", {"lr": 0.01, "epsilon": 1e-2}), "pytorch_optimizer.SOAP(0.01, eps=1e-2)",
                shapes, torch_steps(soap(lr=0.01, eps=1e-2)), least=5)
        tensors(term("soap@author", {"every": 3, "shampooBeta": 0.8, "weightDecay": 0.2,
                                     "epsilon": 0.1}),
                "pytorch_optimizer.SOAP(shampoo_beta=0.8, every 3, weight_decay=0.2, eps=0.1)", shapes,
                torch_steps(soap(shampoo_beta=0.8, precondition_frequency=3, weight_decay=0.2,
                                 eps=0.1)), least=5)
    for shape in ((6, 3), (3, 7), (5, 4, 3)):
        tensors(term("soap@pytorch-optimizer", {"dimension": 4, "every": 4, "epsilon": 1e-2}),
                "pytorch_optimizer.SOAP(max_precondition_dim=4, every 4, eps=1e-2)", shape,
                torch_steps(soap(max_precondition_dim=4, precondition_frequency=4, eps=1e-2)), least=5)
    tensors(term("soap", {"normalize": True, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1,
                          "biasCorrection": False}),
            "pytorch_optimizer.SOAP(betas=(0.8, 0.9), eps=0.1, normalize_gradient, uncorrected)",
            [(4, 4), (4,)], torch_steps(soap(betas=(0.8, 0.9), eps=0.1, normalize_gradient=True,
                                             correct_bias=False)), least=5)


# --- what orthogonalises --------------------------------------------------------------------------


def scion(**arguments):
    return lambda x: pytorch_optimizer.SCION(x, foreach=False, **arguments)


def scion_with_sign(tensors):
    """The last weights in groups of their own, as in the authors' example."""
    weights = [x for x in tensors if x.ndim > 1]
    return pytorch_optimizer.SCION([
        {"params": [x for x in tensors if x is not weights[-1]]},
        {"params": weights[-1:], "norm_type": po_scion.LMONorm.SIGN},
    ], lr=0.01, foreach=False)


def scion_cases():
    add, tensors = golden.add, golden.add_tensors
    for name, lr in (("scion", 1e-3), ("scion@pytorch-optimizer", 1e-4)):
        add(term(name, {"lr": lr}), on_surface(f"pytorch_optimizer.SCION({lr})", scion(lr=lr)),
            EVERYWHERE, least=5)
    add(term("scion@author", {"radius": 3.0},
             schedules=[("lr", "exponential", {"k": 0.01})]),
        on_surface("pytorch_optimizer.SCION(constraint, momentum=1, scale=3), exponential",
                   scion(constraint=True, momentum=1.0, scale=3.0),
                   vary={"lr": lambda t: 1e-3 * math.exp(-0.01 * t)}), EVERYWHERE, least=5)
    for shapes in ((4, 4), (6, 3), (3, 7), (4, 3, 2, 2), MIXED):
        tensors(term("scion", {"lr": 0.01, "weightDecay": 0.1}),
                "pytorch_optimizer.SCION(0.01, weight_decay=0.1)", shapes,
                torch_steps(scion(lr=0.01, weight_decay=0.1)), least=5)
        tensors(term("scion@author", {"lr": 0.02, "radius": 2.0, "momentum": 0.8}),
                "pytorch_optimizer.SCION(0.02, constraint, momentum=0.2, scale=2)", shapes,
                torch_steps(scion(lr=0.02, constraint=True, momentum=0.2, scale=2.0)), least=5)
    tensors(term("scion", {"lr": 0.01, "last": "sign"}),
            "pytorch_optimizer.SCION(0.01), the last weights with LMONorm.SIGN", MIXED,
            torch_steps(scion_with_sign), least=5)
    with_steps = {"norm_type": po_scion.LMONorm.SPECTRAL, "norm_kwargs": {"num_steps": 3}}
    tensors(term("scion@pytorch-optimizer", {"lr": 0.01, "iterations": 3}),
            "pytorch_optimizer.SCION(0.01, SPECTRAL, num_steps=3)", (5, 3),
            torch_steps(scion(lr=0.01, **with_steps)), least=5)


def split(optimizer, **arguments):
    """Matrices for a Muon of pytorch_optimizer, the rest for torch's AdamW, as the lab wraps it."""

    def make(tensors):
        matrices = [x for x in tensors if x.ndim > 1]
        rest = [x for x in tensors if x.ndim == 1]
        made = [optimizer([{"params": matrices, "use_muon": True}], foreach=False, **arguments)]
        if rest:
            made.append(torch.optim.AdamW(rest))

        def step(gradients):
            for x, g in zip(tensors, gradients):
                x.grad = g.clone()
            for one in made:
                one.step()

        return step

    return make


def muon_cases():
    tensors = golden.add_tensors
    for shapes in ((4, 4), (6, 3), (3, 7), MIXED):
        tensors(term("muon@torch", {"lr": 0.02}, term("adamw")), "torch.optim.Muon(0.02) and AdamW",
                [s for s in shapes if len(s) < 3] if isinstance(shapes, list) else shapes,
                muon_and_adamw)
        tensors(term("normuon", {"lr": 0.01}, term("adamw")), "pytorch_optimizer.NorMuon(0.01)", shapes,
                split(pytorch_optimizer.NorMuon, lr=0.01), least=5)
        tensors(term("normuon@paper", {"weightDecay": 0.1, "epsilon": 1e-3}, term("adamw")),
                "pytorch_optimizer.NorMuon(match_rms, weight_decay=0.1, eps=1e-3)", shapes,
                split(pytorch_optimizer.NorMuon, update_scale="match_rms", weight_decay=0.1,
                      eps=1e-3), least=5)
        tensors(term("adamuon", {"lr": 0.01}, term("adamw")), "pytorch_optimizer.AdaMuon(0.01)", shapes,
                split(pytorch_optimizer.AdaMuon, lr=0.01), least=5)
    tensors(term("normuon@pytorch-optimizer", {"lr": 0.01, "momentum": 0.8, "beta2": 0.9,
                                               "nesterov": False, "iterations": 3,
                                               "scaling": "adjusted"}, term("adamw")),
            "pytorch_optimizer.NorMuon(0.01, 0.8, 0.9, no Nesterov, ns_steps=3, use_adjusted_lr)", (5, 3),
            split(pytorch_optimizer.NorMuon, lr=0.01, momentum=0.8, beta2=0.9, nesterov=False,
                  ns_steps=3, use_adjusted_lr=True), least=5)
    tensors(term("adamuon@pytorch-optimizer", {"beta1": 0.8, "beta2": 0.9, "iterations": 3,
                                               "weightDecay": 0.2, "epsilon": 1e-2,
                                               "scaling": "original"}, term("adamw")),
            "pytorch_optimizer.AdaMuon((0.8, 0.9), weight_decay=0.2, ns_steps=3, eps=1e-2, Jordan's scale)",
            (5, 3), split(pytorch_optimizer.AdaMuon, betas=(0.8, 0.9), weight_decay=0.2, ns_steps=3,
                          eps=1e-2, use_adjusted_lr=False), least=5)


def muon_and_adamw(tensors):
    matrices = torch.optim.Muon([x for x in tensors if x.ndim > 1], lr=0.02)
    rest = [x for x in tensors if x.ndim == 1]
    made = [matrices] + ([torch.optim.AdamW(rest)] if rest else [])

    def step(gradients):
        for x, g in zip(tensors, gradients):
            x.grad = g
        for one in made:
            one.step()

    return step


# --- galore ---------------------------------------------------------------------------------------


def galore_cases():
    add, tensors = golden.add, golden.add_tensors

    def galore(rank=None, every=50, scale=1.0, **arguments):
        projection = {} if rank is None else {
            "rank": rank, "update_proj_gap": every, "scale": scale, "projection_type": "std"}
        return lambda x: pytorch_optimizer.GaLore(x, foreach=False, **arguments, **projection)

    add(term("galore", {"lr": 0.01}), on_surface("pytorch_optimizer.GaLore(0.01)", galore(lr=0.01)),
        EVERYWHERE, least=5)
    add(term("galore@author", {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3, "weightDecay": 0.1},
             schedules=[("lr", "exponential", {"k": 0.01})]),
        on_surface("pytorch_optimizer.GaLore(betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1), exponential",
                   galore(betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1),
                   vary={"lr": lambda t: 1e-3 * math.exp(-0.01 * t)}), EVERYWHERE, least=5)
    for shapes in ((4, 4), (6, 3), (3, 7), [(3, 5), (3,), (6, 2), (4, 4)]):
        tensors(term("galore@author", {"lr": 0.01, "rank": 2}),
                "pytorch_optimizer.GaLore(0.01, rank=2, update_proj_gap=200, scale=0.25)", shapes,
                torch_steps(galore(lr=0.01, rank=2, every=200, scale=0.25)), least=5)
        tensors(term("galore@pytorch-optimizer",
                     {"lr": 0.01, "rank": 2, "every": 7, "scale": 0.5, "weightDecay": 0.1}),
                "pytorch_optimizer.GaLore(0.01, weight_decay=0.1, rank=2, update_proj_gap=7, scale=0.5)",
                shapes, torch_steps(galore(lr=0.01, rank=2, every=7, scale=0.5, weight_decay=0.1)),
                least=5)
    tensors(term("galore", {"lr": 0.01}), "pytorch_optimizer.GaLore(0.01, rank=128)", (4, 3),
            torch_steps(galore(lr=0.01, rank=128)), least=5)


# --- psgd-kron ------------------------------------------------------------------------------------

WORD = 2**64 - 1


def mix(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
    return z ^ (z >> 31)


class Normals:
    """The lab's standard normal numbers for an optimizer in a step of a run with seed 1."""

    def __init__(self, step):
        h = mix(mix(1 + 0x9E3779B97F4A7C15) ^ (5 * 0xD1B54A32D192ED03 & WORD))
        self.state = mix(h ^ (step * 0x8CB92BA72F3D8DD7 & WORD))

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & WORD
        return (mix(self.state) >> 11) * 2.0**-53

    def normal(self):
        u, v = 1 - self.uniform(), self.uniform()
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)


class Kron:
    """pytorch_optimizer.Kron in double precision, with the lab's random numbers, and balancing every so
    many fits in place of now and then."""

    def __init__(self, tensors, balance=100, precondition_lr=0.1, **arguments):
        self.kron = pytorch_optimizer.Kron(tensors, precondition_dtype=torch.float64, balance_prob=0.5,
                                           **arguments)
        self.kron.param_groups[0]["precondition_lr"] = precondition_lr
        self.t, self.fits, self.balance = 0, 0, balance

    def step(self):
        self.t += 1
        normals = Normals(self.t)
        self.fits += self.fits_next()
        balances = self.balance and self.fits % self.balance == 0
        po_psgd.torch = Namespace(torch, randn_like=lambda x, dtype: torch.tensor(
            [normals.normal() for _ in range(x.numel())], dtype=dtype).reshape(x.shape))
        po_psgd.np = Namespace(np, random=Namespace(np.random, random=lambda: 0 if balances else 1))
        self.kron.step()

    def fits_next(self):
        group = self.kron.param_groups[0]
        share = (group["pre_conditioner_update_probability"]
                 or po_psgd.precondition_update_prob_schedule())(group.get("step", 0))
        return bool(group.get("update_counter", 0) + 1 >= 1 / share)


class Namespace:
    """A module with some of its names replaced."""

    def __init__(self, module, **names):
        self.module = module
        self.__dict__.update(names)

    def __getattr__(self, name):
        return getattr(self.module, name)


def psgd_cases():
    add, tensors = golden.add, golden.add_tensors

    def kron(**arguments):
        return lambda x: Kron(x, **arguments)

    schedule = po_psgd.precondition_update_prob_schedule(min_prob=0.2, decay=0.1, flat_start=5)
    add(term("psgd-kron", {"lr": 1e-3}),
        KronOnSurface("pytorch_optimizer.Kron(1e-3)", lr=1e-3), EVERYWHERE, least=5)
    add(term("psgd-kron@pytorch-optimizer", {"momentum": 0.5},
             schedules=[("lr", "exponential", {"k": 0.01})]),
        KronOnSurface("pytorch_optimizer.Kron(momentum=0.5), exponential",
                      lambda t: 1e-3 * math.exp(-0.01 * t), momentum=0.5), EVERYWHERE, least=5)
    for shapes in ((4, 4), (6, 3), (3, 7), MIXED):
        tensors(term("psgd-kron", {"lr": 0.01}), "pytorch_optimizer.Kron(0.01)", shapes,
                torch_steps(kron(lr=0.01)), least=5)
        tensors(term("psgd-kron@pytorch-optimizer",
                     {"lr": 0.01, "weightDecay": 0.1, "dimension": 4, "fitsAverage": False, "flat": 5,
                      "fitDecay": 0.1, "least": 0.2, "balance": 3, "preconditionerLr": 0.3}),
                "pytorch_optimizer.Kron(0.01, weight_decay=0.1, max_size_triangular=4, fitted to "
                "gradients, ever less often, balanced every 3 fits)", shapes,
                torch_steps(kron(lr=0.01, weight_decay=0.1, max_size_triangular=4, balance=3,
                                 precondition_lr=0.3, momentum_into_precondition_update=False,
                                 pre_conditioner_update_probability=schedule)), least=5)


class KronOnSurface(Torch):
    def __init__(self, text, lr_at=None, **arguments):
        super().__init__(text, lambda x: Kron([x], **arguments))
        self.lr_at = lr_at

    def step(self, x, evaluate):
        if self.lr_at:
            self.optimizer.kron.param_groups[0]["lr"] = self.lr_at(self.t)
        return super().step(x, evaluate)


shampoo_cases()
soap_cases()
scion_cases()
muon_cases()
galore_cases()
psgd_cases()
golden.write()
