"""The network's weights for the page, which computes with them itself."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mnist_cnn.page.files import FOR_EVER
from mnist_cnn.recognize import Recognizer

LATEST = "latest"
WEIGHTS_TYPE = "application/octet-stream"


def weights_route(recognizer: Recognizer) -> Route:
    """Serve the weights in use under their digest, and lead there from ``latest``.

    There is no content while the network is being loaded.
    """

    def serve(request: Request) -> Response:
        if not recognizer.is_loaded:  # who waits here holds a thread that files need, too
            return Response(status_code=204)
        weights = recognizer.loaded.weights
        if weights is None:
            return Response("There are no weights for a browser.", 404)
        digest = request.path_params["digest"]
        if digest == LATEST:
            return RedirectResponse(weights.digest, headers={"Cache-Control": "no-store"})
        if digest != weights.digest:
            return Response("These weights are no longer in use.", 404)
        headers = {"Cache-Control": FOR_EVER}
        return Response(weights.content, 200, headers, WEIGHTS_TYPE)

    return Route("/files/weights/{digest}", serve)
