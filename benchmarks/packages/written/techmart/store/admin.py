from django.contrib import admin
from .models import Address, Category, Coupon, Order, OrderItem, Product

admin.site.register([Address, Category, Coupon, Order, OrderItem, Product])
