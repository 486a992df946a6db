from django.urls import path
from . import views

urlpatterns = [
    path('', views.home, name='home'),
    path('search/', views.search, name='search'),
    path('category/<slug:slug>/', views.category, name='category'),
    path('product/<slug:slug>/', views.product_detail, name='product'),
    path('product/<slug:slug>/review/', views.add_review, name='add_review'),
    path('cart/', views.cart, name='cart'),
    path('cart/add/<int:pid>/', views.add_to_cart, name='add_to_cart'),
    path('cart/update/', views.update_cart, name='update_cart'),
    path('cart/remove/<int:pid>/', views.remove_from_cart, name='remove_from_cart'),
    path('cart/coupon/', views.apply_coupon, name='apply_coupon'),
    path('address/', views.address, name='address'),
    path('address/delete/<int:id>/', views.delete_address, name='delete_address'),
    path('checkout/', views.checkout, name='checkout'),
    path('place-order/', views.place_order, name='place_order'),
    path('orders/', views.orders, name='orders'),
    path('orders/<int:id>/', views.order_detail, name='order_detail'),
    path('orders/<int:id>/cancel/', views.cancel_order, name='cancel_order'),
    path('wishlist/', views.wishlist, name='wishlist'),
    path('wishlist/toggle/', views.toggle_wishlist, name='toggle_wishlist'),
]
