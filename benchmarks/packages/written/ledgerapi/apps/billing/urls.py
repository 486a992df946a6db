from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter()
router.register('organizations', views.OrganizationViewSet, basename='organization')
router.register('clients', views.ClientViewSet)
router.register('invoices', views.InvoiceViewSet)
router.register('payments', views.PaymentViewSet)

urlpatterns = router.urls
