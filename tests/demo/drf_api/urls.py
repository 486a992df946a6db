"""Routes of the Django REST framework API."""

from rest_framework.routers import DefaultRouter

from tests.demo.drf_api.views import SupplierViewSet

router = DefaultRouter()
router.register("suppliers", SupplierViewSet)

urlpatterns = router.urls
