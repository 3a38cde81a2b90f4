"""The refiner, its training and its export: where torch is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="the refiner is trained with torch, which is not installed here")

from training.refiner.export import INPUTS, export, weights_in  # noqa: E402 - needs torch
from training.refiner.network import GEOMETRY, Refiner  # noqa: E402
from training.refiner.train import Plan, Stored, Training, _energy, _recoloured, _unlike, train  # noqa: E402

SIZES_HW = [(112, 144), (64, 80)]


def a_refiner() -> Refiner:
    """One that has learnt something: a new one adds nothing."""
    torch.manual_seed(0)
    network = Refiner((8, 16, 16, 24))
    torch.nn.init.normal_(network.leave.weight, std=0.1)
    network.eval()
    return network


def inputs(count: int, size_hw: tuple[int, int]) -> tuple[Tensor, ...]:
    """Guess, mask, geometry and noise; the mask is an inner rectangle with soft levels."""
    torch.manual_seed(1)
    h, w = size_hw
    mask = torch.zeros(count, 1, h, w)
    mask[:, :, h // 4 : -h // 4, w // 4 : -w // 4] = 0.2 + 0.8 * torch.rand(count, 1, h // 2, w // 2)
    guess, geometry = torch.rand(count, 3, h, w) * 2 - 1, torch.rand(count, GEOMETRY, h, w) * 2 - 1
    return guess, mask, geometry, torch.randn(count, 1, h, w)


@pytest.mark.parametrize("size_hw", SIZES_HW, ids=str)
def test_outside_the_mask_nothing_moved(size_hw: tuple[int, int]) -> None:
    guess, mask, geometry, noise = inputs(2, size_hw)
    with torch.no_grad():
        refined = a_refiner()(guess, mask, geometry, noise)
    outside = (mask == 0).expand_as(guess)
    assert refined.shape == guess.shape
    assert torch.equal(refined[outside], guess[outside])
    assert (refined - guess)[~outside].abs().mean() > 1e-3


def test_a_new_refiner_adds_nothing() -> None:
    guess, mask, geometry, noise = inputs(1, SIZES_HW[0])
    assert torch.equal(Refiner()(guess, mask, geometry, noise), guess)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")  # of torch by torch
def test_the_exported_network_computes_the_same_at_any_size(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="torch exports with onnx, which cannot be imported", exc_type=ImportError)
    import onnxruntime

    network = a_refiner()
    assert "refiner.onnx: 0." in export(network, tmp_path / "refiner.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "refiner.onnx"), providers=["CPUExecutionProvider"])
    for count, size_hw in enumerate(SIZES_HW, start=1):
        fed = inputs(count, size_hw)
        with torch.no_grad():
            wanted = network(*fed).numpy()
        got = session.run(["refined"], {name: t.numpy() for name, t in zip(INPUTS, fed, strict=True)})[0]
        assert got == pytest.approx(wanted, abs=1e-4)


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """The eyes of two faces, which mean nothing."""
    rng, shape = np.random.default_rng(0), (4, 32, 40)
    arrays: dict[str, NDArray[np.generic]] = {
        "guess": rng.integers(0, 256, (*shape, 3), dtype=np.uint8),
        "truth": rng.integers(0, 256, (*shape, 3), dtype=np.uint8),
        "mask": np.full(shape, 255, np.uint8),
        "geometry": rng.uniform(-1, 1, (4, GEOMETRY, 32, 40)).astype(np.float16),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    return Stored.load(tmp_path)


@pytest.mark.parametrize("hard", [True, False])
def test_a_batch_is_in_the_networks_units(stored: Stored, hard: bool) -> None:
    rng = np.random.default_rng(0) if hard else None
    guess, truth, mask, geometry = stored.batch(np.array([1, 0]), rng)
    assert guess.shape == truth.shape == (4, 3, 32, 40)
    assert mask.shape == (4, 1, 32, 40)
    assert geometry.shape == (4, GEOMETRY, 32, 40)
    assert -1 <= guess.min() <= guess.max() <= 1
    assert mask.unique().tolist() == [1]
    if not hard:
        assert torch.equal(
            ((truth + 1) * 127.5).round().byte().permute(0, 2, 3, 1), torch.tensor(stored.truth[[2, 3, 0, 1]])
        )


def test_both_eyes_of_a_face_suffer_the_same_accident(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    one_eye = rng.integers(0, 256, (1, 32, 40, 3), dtype=np.uint8)
    for name in ("guess", "truth"):
        np.save(tmp_path / f"{name}.npy", np.repeat(one_eye, 4, axis=0))
    np.save(tmp_path / "mask.npy", np.zeros((4, 32, 40), np.uint8))
    np.save(tmp_path / "geometry.npy", np.zeros((4, GEOMETRY, 32, 40), np.float16))
    _, truth, _, _ = Stored.load(tmp_path).batch(np.array([0, 1]), rng)
    assert torch.equal(truth[0], truth[1])
    assert torch.equal(truth[2], truth[3])
    assert not torch.equal(truth[0], truth[2])


def test_a_lash_beside_the_true_one_costs_l1_and_no_energy() -> None:
    picture, shifted, soft = torch.zeros(1, 3, 24, 24), torch.zeros(1, 3, 24, 24), torch.zeros(1, 3, 24, 24)
    picture[..., 11], shifted[..., 12], soft[..., 9:13] = 1, 1, 0.25
    energy = [float(_energy(p).mean()) for p in (picture, shifted, soft)]
    assert energy[0] == pytest.approx(energy[1], rel=1e-3)
    assert energy[2] < 0.8 * energy[0]


def test_darker_is_not_recoloured_and_greener_is() -> None:
    guess, mask = torch.zeros(1, 3, 16, 16), torch.ones(1, 1, 16, 16)
    darker, greener = guess - 0.3, guess.clone()
    greener[:, 1] += 0.3
    assert float(_recoloured(darker, guess, mask)) == pytest.approx(0, abs=1e-6)
    assert float(_recoloured(greener, guess, mask)) > 0.1


def test_irises_that_are_wrong_in_the_same_way_are_alike() -> None:
    geometry = torch.zeros(2, GEOMETRY, 8, 8)
    geometry[:, 0], geometry[:, 1:3] = -0.5, 0.5
    mask, off = torch.ones(2, 1, 8, 8), torch.full((2, 3, 8, 8), 0.3)
    assert _unlike(off, mask, geometry) == 0
    off[1] = -0.3
    assert float(_unlike(off, mask, geometry)) == pytest.approx(0.6)


def advanced(training: Training, stored: Stored) -> dict[str, float]:
    """The next step, with noise of its own."""
    torch.manual_seed(training.step)
    return training.advance(*stored.batch(np.arange(1), np.random.default_rng(training.step)))


def test_a_resumed_training_goes_on_as_if_it_had_never_stopped(stored: Stored, tmp_path: Path) -> None:
    plan = Plan(batch=2, warm_up=0)
    first = Training(plan, "cpu")
    for _ in range(2):
        advanced(first, stored)
    first.save(tmp_path / "state.pt")
    second = Training(plan, "cpu")
    second.load(tmp_path / "state.pt")
    assert second.step == 2
    told = [advanced(training, stored) for training in (first, second)]
    assert "critic" in told[0]
    assert told[0] == told[1]
    for part in ("net", "steady", "critic"):
        ours, theirs = (getattr(training, part).state_dict() for training in (first, second))
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")  # of torch by torch
def test_a_training_can_begin_where_an_exported_network_ended(stored: Stored, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="torch exports with onnx, which cannot be imported", exc_type=ImportError)
    torch.manual_seed(5)
    network = Refiner()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    export(network, tmp_path / "refiner.onnx")
    begun = train(stored, stored, tmp_path, 0.0, Plan(), "cpu", weights_in(tmp_path / "refiner.onnx"))
    for part in (begun.net, begun.steady):
        ours, theirs = part.state_dict(), network.state_dict()
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_start_is_refused_where_a_run_goes_on(stored: Stored, tmp_path: Path) -> None:
    begun = train(stored, stored, tmp_path, 0.0, Plan(), "cpu")
    with pytest.raises(SystemExit, match=r"--start: .*state\.pt has weights to go on from"):
        train(stored, stored, tmp_path, 0.0, Plan(), "cpu", begun.net.state_dict())


def test_a_training_of_another_plan_is_refused_in_a_line(stored: Stored, tmp_path: Path) -> None:
    Training(Plan(), "cpu").save(tmp_path / "state.pt")
    with pytest.raises(
        SystemExit, match=r"state\.pt was begun with rate 0\.0004, expected rate 0\.001\. Give the same"
    ):
        train(stored, stored, tmp_path, 0.0, Plan(rate=1e-3), "cpu")
