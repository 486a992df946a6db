from ninja import NinjaAPI

from .auth import TokenAuth
from .routers import auth, devices, projects, v2

v1_api = NinjaAPI(title="Fieldnotes", version="1.0.0", auth=TokenAuth(), urls_namespace="v1")
v1_api.add_router("/auth", auth.router)
v1_api.add_router("/devices", devices.router)
v1_api.add_router("", projects.router)

v2_api = NinjaAPI(title="Fieldnotes", version="2.0.0", auth=TokenAuth(), urls_namespace="v2")
v2_api.add_router("", v2.router)


@v1_api.get("/version", auth=None)
@v2_api.get("/version", auth=None)
def version(request):
    return {"current": "2.0.0", "minimum_app": "1.4.0"}
