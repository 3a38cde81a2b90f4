"""Run in a checkout of LivePortrait, by its own Python: a line of JSON in, the photo with its eyes retargeted out.

Answers one line a photo, beginning with OTE. It uses nothing of ours, so that it runs where only LivePortrait is
installed; each call is what LivePortrait's own page does when the eye slider is moved.
"""

# mypy: ignore-errors
# its imports are the checkout's
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))


def main() -> None:
    import cv2
    from src.config.crop_config import CropConfig
    from src.config.inference_config import InferenceConfig
    from src.live_portrait_pipeline import LivePortraitPipeline

    pipeline = LivePortraitPipeline(inference_cfg=InferenceConfig(), crop_cfg=CropConfig())
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            pixels = cv2.cvtColor(cv2.imread(asked["photo"]), cv2.COLOR_BGR2RGB)
            made = retargeted(pipeline, pixels, asked["eye_ratio"])
            cv2.imwrite(asked["out"], cv2.cvtColor(made, cv2.COLOR_RGB2BGR))
            answer = "done"
        except Exception as error:  # noqa: BLE001 -- whatever a foreign library raises is the answer
            answer = f"{type(error).__name__}: {error}".replace("\n", " ")
        sys.stdout.write(f"OTE {answer}\n")
        sys.stdout.flush()


def retargeted(pipeline, pixels, eye_ratio):
    """(H, W, 3) RGB -> the same with the eyes opened so far, pasted back."""
    from src.utils.crop import paste_back, prepare_paste_back

    wrapper = pipeline.live_portrait_wrapper
    found = pipeline.cropper.crop_source_image(pixels, pipeline.cropper.crop_cfg)
    if found is None:
        raise ValueError("no face found")
    source = wrapper.prepare_source(found["img_crop_256x256"])
    keypoints = wrapper.transform_keypoint(wrapper.get_kp_info(source))
    features = wrapper.extract_feature_3d(source)
    ratio = wrapper.calc_combined_eye_ratio([[float(eye_ratio)]], found["lmk_crop"])
    moved = wrapper.stitching(keypoints, keypoints + wrapper.retarget_eye(keypoints, ratio))
    out = wrapper.parse_output(wrapper.warp_decode(features, keypoints, moved)["out"])[0]
    h, w = pixels.shape[:2]
    mask = prepare_paste_back(wrapper.inference_cfg.mask_crop, found["M_c2o"], dsize=(w, h))
    return paste_back(out, found["M_c2o"], pixels, mask)


if __name__ == "__main__":
    main()
